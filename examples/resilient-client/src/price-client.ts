import type { Clock } from '@base/core/clock'
import { createContextKey, runInContext } from '@base/core/context'
import { isAppError, UnavailableError } from '@base/core/errors'
import type { CircuitBreaker } from '@base/resilience/circuit-breaker'
import { Fallback } from '@base/resilience/fallback'
import { type ResilientFetch, resilientFetch } from '@base/resilience/http-client'
import { exponential, retryBudget } from '@base/resilience/retry'
import { type Outgoing, outgoing } from './outgoing.ts'
import type { Savings } from './savings.ts'

/** What a call got: a price of now, the last one known, or none. */
export type Outcome = 'fresh' | 'stale' | 'failed'

/** Who asks for prices. */
export interface Caller {
  /** Asks for a price; never rejects. */
  ask(): Promise<Outcome>
}

/** Options of {@link PriceClient}. */
export interface PriceClientOptions {
  readonly url: string
  readonly fetch: typeof fetch
  readonly clock: Clock
  readonly random: () => number
}

/** How often the call of this context was tried. */
const tries = createContextKey<{ count: number }>('resilient-client.tries')

/** Asks for prices with all policies between it and the server, and counts what each of them was good for. */
export class PriceClient implements Caller {
  readonly #send: typeof fetch
  readonly #outgoing: Outgoing
  readonly #fetch: ResilientFetch
  readonly #breaker: CircuitBreaker | undefined
  readonly #fallback: Fallback<Outcome>
  readonly #counts = { retry: 0, timeout: 0, rateLimiter: 0, fallback: 0 }
  #price: number | undefined

  constructor({ url, fetch, clock, random }: PriceClientOptions) {
    const budget = retryBudget({ ratio: 0.1, minPerSecond: 2, clock })
    this.#send = fetch
    this.#outgoing = outgoing(clock, budget)
    this.#outgoing.limiter.on('queued', () => this.#counts.rateLimiter++)
    this.#fallback = new Fallback({ name: 'prices', fallback: (error) => this.#lastKnown(error) })
    this.#fetch = resilientFetch({
      name: 'prices',
      baseUrl: url,
      timeout: '4s',
      attemptTimeout: '2s',
      retry: { maxAttempts: 3, backoff: exponential({ base: '100ms', max: '1s' }), budget },
      breaker: { failureThreshold: 5, recoveryTimeout: '2s' },
      fetch: (input, init) => this.#attempt(input, init),
      clock,
      random,
    })
    this.#breaker = this.#fetch.breakers?.get(new URL(url).host)
  }

  get circuit(): string {
    return this.#breaker?.state ?? 'none'
  }

  /** What each policy was good for until now. */
  get savings(): Savings {
    const { bulkhead, hedge } = this.#outgoing
    return {
      ...this.#counts,
      circuitBreaker: this.#breaker?.stats.rejected ?? 0,
      bulkhead: bulkhead.stats.rejected,
      hedge: hedge.stats.wins,
    }
  }

  /** What is under way, or waits: nothing, once all calls have ended. */
  get pending(): number {
    const { bulkhead, limiter } = this.#outgoing
    return bulkhead.running + bulkhead.queued + limiter.stats.queued
  }

  async ask(): Promise<Outcome> {
    try {
      return await this.#fallback.execute(() => this.#ask())
    } catch {
      return 'failed'
    }
  }

  async #ask(): Promise<Outcome> {
    const tried = { count: 0 }
    const response = await runInContext([[tries, tried]], () => this.#fetch('/price'))
    const body = await response.text()
    if (!response.ok) throw new UnavailableError({ message: `The server answered ${response.status}.` })
    this.#price = (JSON.parse(body) as { price: number }).price
    if (tried.count > 1) this.#counts.retry++
    return 'fresh'
  }

  async #attempt(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    tries.require().count++
    const { signal: call } = init
    try {
      return await this.#outgoing.policy.execute(
        // Both: the policies' signal ends with the headers, the call's counts for the body as well.
        ({ signal }) =>
          this.#send(input, { ...init, signal: call ? AbortSignal.any([signal, call]) : signal }),
        { signal: call ?? undefined },
      )
    } catch (error) {
      if (isAppError(call?.reason, 'TIMEOUT')) this.#counts.timeout++
      throw error
    }
  }

  #lastKnown(error: unknown): Outcome {
    if (this.#price === undefined) throw error
    this.#counts.fallback++
    return 'stale'
  }
}
