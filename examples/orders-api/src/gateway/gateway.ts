import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { Amount, type Ledger } from './ledger.ts'
import { Mode } from './mode.ts'

/** What is answered; nothing where the caller never hears from us. */
type Answer = readonly [status: number, body: object] | undefined

const LEFT_WITHOUT_ANSWER = undefined

/**
 * A payment gateway as others sell it, small and with a switch for each way to fail:
 * `POST /payments` with `idempotency-key` and an amount, `DELETE /payments/{key}` gives the money back and ends the key,
 * `GET /payments` shows the books, `GET` and `PUT /control` the switch.
 */
export class Gateway {
  readonly #ledger: Ledger
  readonly #server = createServer((request, response) => void this.#handle(request, response))
  #mode: Mode = { mode: 'ok', delay: 0 }
  /** Requests for payments and returns, and those among them that have no answer yet. */
  #received = 0
  #waiting = 0

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** Listens on loopback. @returns its URL. */
  async listen(port: number): Promise<string> {
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await this.#answer(request, response).catch(
      (error): Answer => [400, { error: String(error) }],
    )
    if (answer === LEFT_WITHOUT_ANSWER) return
    const [status, body] = answer
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<Answer> {
    const [, resource, key] = (request.url ?? '').split('/')
    switch (`${request.method} ${resource}`) {
      case 'GET control':
        return [200, { ...this.#mode, received: this.#received, waiting: this.#waiting }]
      case 'PUT control':
        this.#mode = Mode.parse(await json(request))
        return [200, this.#mode]
      case 'GET payments':
        return [200, { payments: this.#ledger.entries }]
      case 'POST payments': {
        const amount = Amount.parse(await json(request))
        const idempotencyKey = request.headers['idempotency-key']
        if (typeof idempotencyKey !== 'string') return [400, { error: 'an idempotency-key is missing' }]
        return this.#misbehave(response, () => this.#take(idempotencyKey, amount))
      }
      case 'DELETE payments':
        return this.#misbehave(response, () => this.#giveBack(decodeURIComponent(key ?? '')))
      default:
        return [404, { error: 'no such route' }]
    }
  }

  async #misbehave(response: ServerResponse, work: () => Answer): Promise<Answer> {
    const { mode, delay } = this.#mode
    this.#received++
    this.#waiting++
    response.once('close', () => this.#waiting--)
    if (mode === 'fail') return [503, { error: 'out of order' }]
    if (mode === 'hang') return LEFT_WITHOUT_ANSWER
    const answer = work()
    if (mode === 'lose') response.destroy()
    if (mode === 'slow') await setTimeout(delay)
    return mode === 'lose' ? LEFT_WITHOUT_ANSWER : answer
  }

  /** Takes an amount under a key once; whoever asks again is told that it is paid. */
  #take(key: string, amount: Amount): Answer {
    const entry = this.#ledger.find(key)
    if (entry?.type === 'returned') return [410, { error: 'this key is over' }]
    if (entry === undefined && this.#mode.mode === 'decline') return [402, { error: 'declined' }]
    if (entry === undefined) this.#ledger.write({ key, type: 'taken', amount })
    else if (entry.amount.minor !== amount.minor || entry.amount.currency !== amount.currency)
      return [422, { error: 'this key was used for another amount' }]
    return [entry === undefined ? 201 : 200, { key, paid: amount }]
  }

  /** Gives back what was taken under a key, if anything, and takes nothing under it any more. */
  #giveBack(key: string): Answer {
    if (this.#ledger.find(key)?.type !== 'returned') this.#ledger.write({ key, type: 'returned' })
    return [200, { key, paid: null }]
  }
}
