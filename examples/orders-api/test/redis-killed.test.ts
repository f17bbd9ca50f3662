import { describeWithPrivateService, describeWithService } from '@base-internal/tools/services'
import pg from 'pg'
import { afterEach, expect, test, vi } from 'vitest'
import { KNOWN_PASSWORD } from '../src/accounts/demo-accounts.ts'
import { runGateway, type TestGateway } from './run-gateway.ts'
import { type MainProcess, runMain, signIn } from './run-main.ts'
import type { Answer } from './start-service.ts'

// Two services in processes of their own, and a server that ends and comes back: a minute on a busy machine.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 })

/** How many customers order at once, and how many orders each places, one after the other. */
const CUSTOMERS = 6
const ORDERS = 12
/** How many of them it places when Redis is gone for sure. */
const LAST = 4
const STOCK = 1_000
/** How often an order is sent at most, at a pause each: what is not answered by then never is. */
const ATTEMPTS = 600
const PAUSE = 100

/** What the tests look at in an answer. */
interface Answered {
  readonly id: string
  readonly lines: readonly { readonly quantity: number }[]
}

/** How a request is sent, and which status is its end. */
interface Sending {
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly wanted: number
}

/** A customer of both services, who asks as long as it takes, each time with the same key. */
class Shopper {
  /** How often it was answered what, by status and code. */
  readonly heard = new Map<string, number>()
  readonly #urls: readonly string[]
  readonly #onAnswer: () => void
  #authorization: string | undefined

  constructor(urls: readonly string[], onAnswer: () => void) {
    this.#urls = urls
    this.#onAnswer = onAnswer
  }

  /** Places an order with a key, and confirms it; every other time it asks both services at once. Gives their answers. */
  async order(key: string, n: number): Promise<readonly Answered[]> {
    const body = { address: '12 St James Square, London', lines: [{ sku: 'MUG', quantity: quantityOf(n) }] }
    const order = { path: '/orders', body, headers: { 'idempotency-key': key }, wanted: 201 }
    const placed = await Promise.all(
      [n, ...(n % 2 === 0 ? [n + 1] : [])].map((at) => this.#insist(at, order)),
    )
    await this.#insist(n, { path: `/orders/${placed[0]?.id}/confirm`, wanted: 200 })
    return placed
  }

  /** Sends it to one service and the other until one says what is wanted, and signs in where it has to. */
  async #insist(at: number, sending: Sending): Promise<Answered> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const url = this.#urls[(at + attempt) % this.#urls.length] ?? ''
      const { status, body } = await this.#askSignedIn(url, sending)
      // Confirmed already: the answer that said so did not arrive.
      if (status === sending.wanted || body.code === 'ILLEGAL_TRANSITION') return body
      await new Promise((resolve) => setTimeout(resolve, PAUSE))
    }
    throw new Error(`${sending.path} was never answered: ${JSON.stringify([...this.heard])}`)
  }

  async #askSignedIn(url: string, { path, body, headers }: Sending) {
    if (this.#authorization === undefined) {
      const signedIn = await this.#ask(url, '/auth/sign-in', { username: 'ada', password: KNOWN_PASSWORD })
      if (signedIn.status !== 200) return signedIn
      this.#authorization = `Bearer ${signedIn.body.accessToken}`
    }
    const answer = await this.#ask(url, path, body, { ...headers, authorization: this.#authorization })
    if (answer.status === 401) this.#authorization = undefined
    return answer
  }

  async #ask(
    url: string,
    path: string,
    body: unknown,
    headers = {},
  ): Promise<Pick<Answer, 'status' | 'body'>> {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // Whatever is away, an answer comes; only what hangs takes so long.
      signal: AbortSignal.timeout(60_000),
    })
    const answer: Pick<Answer, 'status' | 'body'> = { status: response.status, body: await response.json() }
    const outcome = `${answer.status} ${answer.body.code ?? ''}`.trim()
    this.heard.set(outcome, (this.heard.get(outcome) ?? 0) + 1)
    this.#onAnswer()
    return answer
  }
}

const quantityOf = (n: number) => 1 + (n % 3)

describeWithService('postgres', (postgres) => {
  const running: MainProcess[] = []
  let gateway: TestGateway | undefined
  afterEach(async () => {
    for (const { process, ended } of running.splice(0)) {
      process.kill('SIGKILL')
      await ended
    }
    await gateway?.kill()
  })

  async function query(text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client(postgres.url)
    await client.connect()
    try {
      return (await client.query(text)).rows
    } finally {
      await client.end()
    }
  }

  /** With its log Redis comes back as it was; without, it has forgotten all: sign-ins, keys of requests, locks. */
  for (const [what, appendonly] of [
    ['and keeps what it had', 'yes'],
    ['and has forgotten everything', 'no'],
  ] as const)
    describeWithPrivateService('redis', { settings: { appendonly, appendfsync: 'no' } }, (redis) => {
      test(`two services under load lose and double no order while Redis is killed and comes back ${what}`, async () => {
        gateway = await runGateway()
        const env = {
          PORT: '0',
          DATABASE_URL: postgres.url,
          REDIS_URL: redis.url,
          PAYMENT_URL: gateway.url,
          ISSUER: 'https://shop.example.com',
          SIGN_IN_LIMIT: '100000/minute',
          ORDER_LIMIT: '100000/minute',
        }
        // One after the other, for the first one makes the tables.
        for (let n = 0; n < 2; n++) {
          const main = runMain(env)
          running.push(main)
          await main.started
        }
        const urls = await Promise.all(running.map(({ started }) => started))
        await query('truncate orders, base_idempotency, items')
        const mug = { name: 'Mug', price: 2_000, stock: STOCK }
        await fetch(`${urls[0]}/items/MUG`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json', ...(await signIn(urls[0] ?? '', 'charles')) },
          body: JSON.stringify(mug),
        })

        const heard = () => shoppers.flatMap((each) => [...each.heard])
        const count = (test: RegExp) =>
          heard().reduce((sum, [outcome, times]) => sum + (test.test(outcome) ? times : 0), 0)
        let onAnswer = () => {}
        /** Resolves when so many answers of a kind have come. */
        const until = (kind: RegExp, times: number) =>
          new Promise<void>((resolve) => {
            onAnswer = () => count(kind) >= times && resolve()
          })
        const shoppers = Array.from({ length: CUSTOMERS }, () => new Shopper(urls, () => onAnswer()))
        const gone = Promise.withResolvers<void>()
        const enough = until(/^201/, CUSTOMERS * 3)
        const orders = Promise.all(
          shoppers.map(async (shopper, s) => {
            const placed = []
            for (let n = 0; n < ORDERS; n++) {
              if (n === ORDERS - LAST) await gone.promise
              placed.push(await shopper.order(`${appendonly}-${s}-${n}`, n))
            }
            return placed
          }),
        )
        await enough
        await redis.kill()
        gone.resolve()
        // Each has been refused twice, or one more often, and asks again.
        await until(/^503/, CUSTOMERS * 2)
        await redis.start()
        const answered = (await orders).flat()

        // Each key has one order, which is that of every answer, and is what was asked for.
        const rows = await query("select id, status, lines -> 0 ->> 'quantity' as quantity from orders")
        const kept = new Map(rows.map(({ id, ...row }) => [id, row]))
        expect(kept.size).toBe(CUSTOMERS * ORDERS)
        const ids = answered.map((answers) => new Set(answers.map(({ id }) => id)))
        expect(ids.map(({ size }) => size)).toEqual(Array(CUSTOMERS * ORDERS).fill(1))
        expect(new Set(ids.flatMap((each) => [...each])).size).toBe(CUSTOMERS * ORDERS)
        const wanted = answered.map((_, index) => quantityOf(index % ORDERS))
        expect(answered.map(([first]) => first?.lines[0]?.quantity)).toEqual(wanted)
        expect(rows.map(({ quantity }) => Number(quantity)).sort()).toEqual(wanted.toSorted())
        expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['confirmed']))

        // No piece was sold twice, and each order was paid once.
        const sold = wanted.reduce((sum, quantity) => sum + quantity, 0)
        expect(await query("select stock from items where sku = 'MUG'")).toEqual([{ stock: STOCK - sold }])
        const books = await gateway.books()
        expect(books.map(({ type }) => type)).toEqual(Array(CUSTOMERS * ORDERS).fill('taken'))
        expect(new Set(books.map(({ key }) => key)).size).toBe(CUSTOMERS * ORDERS)

        // Nothing was answered but what is meant to be, and nobody was signed out whose sign-in is still known.
        const meant = /^(20[01]|409 (IDEMPOTENCY_IN_PROGRESS|LEASE_LOST|ILLEGAL_TRANSITION)|503 [A-Z_]+)$/
        const lost = appendonly === 'no' ? ['401 INVALID_TOKEN'] : []
        const others = heard()
          .map(([outcome]) => outcome)
          .filter((outcome) => !meant.test(outcome))
        expect(others.filter((outcome) => !lost.includes(outcome))).toEqual([])
        for (const { process } of running) process.kill('SIGTERM')
        for (const { ended, errors } of running) {
          expect(await ended).toBe(0)
          expect(errors()).not.toMatch(/failed:|Error/)
        }
      })
    })
})
