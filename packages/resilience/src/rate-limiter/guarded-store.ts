import type { Clock } from '@base/core/clock'
import { formatDuration } from '@base/core/duration'
import { TimeoutError, UnavailableError } from '@base/core/errors'
import type { Deadlined, Deadlines } from '../timeout/deadlines.js'
import { deadlinesOf } from '../timeout/deadlines-of.js'
import type { RateLimit, RateLimitResult, RateLimitStore } from './store.js'

/** After a store did not answer in time, it is not asked for so long; then one call asks. */
const REST = 1_000
/** So much of its time makes a failure a slow one: stores give up by themselves, and each call would wait for it. */
const SLOW = 0.25

/** What answers while the store fails. */
export type WhenStoreFails = 'deny' | 'allow' | RateLimitStore

/** What a {@link GuardedStore} is made of. */
export interface Guard {
  readonly store: RateLimitStore
  readonly whenFails: WhenStoreFails
  readonly timeout: number
  readonly limit: RateLimit
  readonly clock: Clock
  readonly onFailure: (error: unknown) => void
}

/** A store that always answers, and in time. */
export class GuardedStore {
  readonly #guard: Guard
  readonly #deadlines: Deadlines
  readonly #fallback: GuardedStore | undefined
  /** Until when the store is left alone, on the monotonic clock; 0 where it is not. */
  #restsUntil = 0

  constructor(guard: Guard) {
    this.#guard = guard
    this.#deadlines = deadlinesOf(guard.clock, guard.timeout)
    if (typeof guard.whenFails !== 'string')
      this.#fallback = new GuardedStore({ ...guard, store: guard.whenFails, whenFails: 'deny' })
  }

  consume(key: string, cost: number): RateLimitResult | Promise<RateLimitResult> {
    if (this.#restsUntil > 0 && this.#rests()) return this.#instead(key, cost)
    try {
      const result = this.#guard.store.consume(key, cost, this.#guard.limit)
      if (!isResult(result)) return this.#await(result, key, cost)
      this.#restsUntil = 0
      return result
    } catch (error) {
      // Whoever fails at once makes nobody wait.
      this.#restsUntil = 0
      return this.#failed(error, key, cost)
    }
  }

  /** Both forget it, so that it is also gone for whoever answers next. */
  async reset(key: string): Promise<void> {
    const { store, limit } = this.#guard
    await Promise.all([this.#fallback?.reset(key), this.#order(() => store.reset(key, limit))])
  }

  async block(key: string, duration: number): Promise<void> {
    const { store, limit } = this.#guard
    await Promise.all([
      this.#fallback?.block(key, duration),
      this.#order(() => store.block(key, duration, limit)),
    ])
  }

  async #await(answer: unknown, key: string, cost: number): Promise<RateLimitResult> {
    try {
      const result = await this.#inTime(answer)
      if (!isResult(result)) throw new TypeError('The store gave no result.')
      return result
    } catch (error) {
      return this.#failed(error, key, cost)
    }
  }

  /** An order that cannot be carried out is an error: who gives it must know. */
  async #order(give: () => unknown): Promise<void> {
    try {
      await this.#inTime(give())
    } catch (cause) {
      this.#guard.onFailure(cause)
      throw new UnavailableError({
        message: `The store of rate limiter '${this.#guard.limit.name}' failed.`,
        cause,
      })
    }
  }

  /** What comes after the deadline is ignored, also a rejection. */
  #inTime(answer: unknown): Promise<unknown> {
    const { clock, timeout } = this.#guard
    const start = clock.monotonic()
    // No async function, which would cost more: every call of a store that is elsewhere comes by here.
    return new Promise((resolve, reject) => {
      let isOver = false
      const end = (settle: (outcome: unknown) => void, outcome: unknown, restsUntil: number) => {
        if (isOver) return
        isOver = true
        this.#deadlines.remove(waiting)
        this.#restsUntil = restsUntil
        settle(outcome)
      }
      const fail = (error: unknown) => {
        const now = clock.monotonic()
        end(reject, error, now - start >= timeout * SLOW ? now + REST : 0)
      }
      const expire = () => fail(this.#tooLate())
      const waiting: Deadlined = { deadline: 0, earlier: undefined, later: undefined, expire }
      this.#deadlines.add(waiting)
      Promise.resolve(answer).then((given) => end(resolve, given, 0), fail)
    })
  }

  #tooLate(): TimeoutError {
    const { timeout, limit } = this.#guard
    return new TimeoutError({
      message: `The store of rate limiter '${limit.name}' did not answer within ${formatDuration(timeout)}.`,
    })
  }

  #rests(): boolean {
    const now = this.#guard.clock.monotonic()
    if (now < this.#restsUntil) return true
    // This call finds out; the others rest until it has.
    this.#restsUntil = now + this.#guard.timeout
    return false
  }

  #failed(error: unknown, key: string, cost: number): RateLimitResult | Promise<RateLimitResult> {
    this.#guard.onFailure(error)
    return this.#instead(key, cost)
  }

  #instead(key: string, cost: number): RateLimitResult | Promise<RateLimitResult> {
    const { whenFails } = this.#guard
    if (this.#fallback === undefined) return { allowed: whenFails === 'allow', policies: [], degraded: true }
    const result = this.#fallback.consume(key, cost)
    return result instanceof Promise ? result.then(degraded) : degraded(result)
  }
}

function degraded(result: RateLimitResult): RateLimitResult {
  return { ...result, degraded: true }
}

function isResult(result: unknown): result is RateLimitResult {
  const { allowed, policies } = (result ?? {}) as Partial<RateLimitResult>
  return typeof allowed === 'boolean' && Array.isArray(policies) && policies.every(isObject)
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
