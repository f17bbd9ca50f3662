import { setTimeout } from 'node:timers/promises'
import type { Asked, Placed } from './asked.ts'
import { type Call, Client, type Notebook, type Reply } from './client.ts'
import { between, pick } from './plan.ts'
import { GOODS, PRICE, type Shop } from './shop.ts'
import { SignIn } from './sign-in.ts'

/** What each shopper is given. */
export interface ShopperOptions {
  readonly username: string
  readonly instances: Shop['instances']
  readonly notebook: Notebook
  readonly random: () => number
}

/** Between two tries, and between two orders, in milliseconds. */
const PAUSE = [20, 250] as const
/** How soon somebody hangs up who does not wait for an answer. */
const HASTE = [1, 120] as const
/** What has no answer by then never has: longer than any fault and any lease. */
const NEVER = 180_000
const NEVER_ANSWERED: Reply = { status: 0, code: 'never answered', body: undefined }

/** A customer of both instances: places orders, confirms, cancels and reads them, and asks until there is an answer. */
export class Shopper {
  /** Its orders. */
  readonly asked: Asked[] = []
  /** What it read that cannot be, in words. */
  readonly surprises: string[] = []
  readonly #options: ShopperOptions
  readonly #client: Client
  readonly #signIn: SignIn

  constructor(options: ShopperOptions) {
    const { username, instances, notebook } = options
    this.#options = options
    this.#client = new Client(instances, notebook)
    this.#signIn = new SignIn(this.#client, username)
  }

  /** Places one order after the other, until the signal aborts; what is begun is ended. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#order()
      await this.#look()
      if (this.#happens(0.02)) await this.#signIn.renew(this.#either())
      if (this.#happens(0.005)) await this.#signIn.end(this.#either())
      await this.#pause()
    }
  }

  async #order(): Promise<void> {
    const { username, random } = this.#options
    const skus = Object.keys(GOODS).filter((sku) => this.#happens(sku === 'RARE' ? 0.1 : 0.5))
    const lines = (skus.length > 0 ? skus : ['MUG']).map((sku) => ({
      sku,
      quantity: between(random, [1, 3]),
    }))
    const asked: Asked = { key: `${username}-${this.asked.length}`, customer: username, lines, placed: [] }
    this.asked.push(asked)
    // Every third time twice at once, at whichever instances.
    await Promise.all([this.#place(asked), ...(this.#happens(0.3) ? [this.#place(asked)] : [])])
    const id = asked.placed[0]?.id
    if (id !== undefined) asked.status = await this.#bring(id)
  }

  async #place(asked: Asked): Promise<void> {
    const { key, lines } = asked
    const body = { address: '12 St James Square, London', notes: key, lines }
    const call = { route: 'POST /orders', path: '/orders', body, headers: { 'idempotency-key': key } }
    const { status, code, body: placed } = await this.#insist(call, [201], ['OUT_OF_STOCK'])
    if (status === 201) asked.placed.push(placed as Placed)
    else if (code !== NEVER_ANSWERED.code) asked.refused = code
  }

  /** Leaves an order as it is, or has it confirmed, cancelled, both in turn or both at once. */
  async #bring(id: string): Promise<NonNullable<Asked['status']>> {
    const { random } = this.#options
    switch (pick(random, ['leave', 'confirm', 'confirm', 'confirm', 'cancel', 'confirm, cancel', 'both'])) {
      case 'leave':
        return 'pending'
      case 'confirm':
        return this.#confirm(id)
      case 'cancel':
        return this.#cancel(id)
      case 'confirm, cancel':
        await this.#confirm(id)
        return this.#cancel(id)
      default: {
        const [cancelled] = await Promise.all([this.#cancel(id), this.#change(id, 'confirm')])
        return cancelled
      }
    }
  }

  /** Until it is paid; now and then whoever cannot pay wants it no more. */
  async #confirm(id: string): Promise<'confirmed' | 'cancelled'> {
    for (;;) {
      if ((await this.#change(id, 'confirm')).code !== 'PAYMENT_DECLINED') return 'confirmed'
      if (this.#happens(0.3)) return this.#cancel(id)
      await this.#pause()
    }
  }

  async #cancel(id: string): Promise<'cancelled'> {
    await this.#change(id, 'cancel')
    return 'cancelled'
  }

  #change(id: string, action: 'confirm' | 'cancel'): Promise<Reply> {
    const call: Call = {
      route: `POST /orders/:id/${action}`,
      path: `/orders/${id}/${action}`,
      ...(action === 'cancel' && { body: { reason: 'no longer wanted' } }),
    }
    // Done already: the answer that said so did not arrive.
    return this.#insist(call, [200], ['ILLEGAL_TRANSITION', 'BEING_CANCELLED', 'PAYMENT_DECLINED'])
  }

  /** Reads what it has ordered, and what there is; whether that is away is no concern of its. */
  async #look(): Promise<void> {
    const { username, random } = this.#options
    const known = pick(random, this.asked)?.placed[0]
    if (known !== undefined) {
      const { status, body } = await this.#ask({ route: 'GET /orders/:id', path: `/orders/${known.id}` })
      if (status === 200 && (body.total !== known.total || body.number !== known.number))
        this.surprises.push(`${known.id} is another order than was placed`)
    }
    const list = await this.#ask({ route: 'GET /orders', path: '/orders?limit=5' })
    if (list.status === 200 && list.body.items.some(({ customer }: Placed) => customer !== username))
      this.surprises.push(`${username} was shown somebody else's order`)
    const item = await this.#ask({ route: 'GET /items/:sku', path: '/items/RARE' })
    if (item.status === 200 && !(item.body.stock >= 0 && item.body.price === PRICE))
      this.surprises.push(`there are ${item.body.stock} of RARE at ${item.body.price}`)
  }

  /** Asks one instance and the other until it has an answer: a status or a code that is one. */
  async #insist(call: Call, statuses: readonly number[], codes: readonly string[]): Promise<Reply> {
    const giveUp = this.#client.now + NEVER
    while (this.#client.now < giveUp) {
      const patience = this.#happens(0.05) ? between(this.#options.random, HASTE) : undefined
      const reply = await this.#ask(call, patience)
      if (statuses.includes(reply.status) || codes.includes(reply.code)) return reply
      await this.#pause()
    }
    this.surprises.push(`${call.path} was never answered`)
    return NEVER_ANSWERED
  }

  async #ask(call: Call, patience?: number): Promise<Reply> {
    const instance = this.#either()
    const authorization = await this.#signIn.authorization(instance)
    if (authorization === undefined) return { status: 0, code: 'not signed in', body: undefined }
    const headers = { ...call.headers, ...authorization }
    const reply = await this.#client.ask(instance, { ...call, headers }, patience)
    if (reply.status === 401) await this.#signIn.renew(instance)
    return reply
  }

  #either(): 0 | 1 {
    return this.#happens(0.5) ? 0 : 1
  }

  #happens(share: number): boolean {
    return this.#options.random() < share
  }

  #pause(): Promise<void> {
    return setTimeout(between(this.#options.random, PAUSE))
  }
}
