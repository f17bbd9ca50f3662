import { type Meter, NEVER } from './meter.js'
import type { Rowed } from './rows.js'
import { Spends } from './spends.js'
import type { RateLimitPolicy } from './store.js'

/**
 * What was spent in the last window, spend by spend: exact, and 16 bytes for each spend that is remembered, at most
 * `limit` of them for a key. What was spent at one moment is one entry. A spend counts until a whole window has passed.
 */
export class SlidingLog implements Meter, Rowed {
  readonly policy: RateLimitPolicy
  readonly aligned = false
  readonly rows: Rowed = this
  readonly #logs: (Spends | undefined)[] = []
  readonly #window: number
  #now = 0
  #spends: Spends | undefined

  constructor(policy: RateLimitPolicy) {
    this.policy = policy
    this.#window = policy.window * 1_000
  }

  read(row: number, now: number): void {
    this.#now = now
    this.#spends = this.#logs[row]
    this.#spends?.forget(now - this.#window)
  }

  wait(cost: number): number {
    const { limit } = this.policy
    const excess = (this.#spends?.total ?? 0) + cost - limit
    if (excess <= 0) return 0
    return cost > limit || this.#spends === undefined ? NEVER : this.#left(this.#spends.gone(excess))
  }

  charge(row: number, cost: number): void {
    this.#spends ??= new Spends()
    this.#logs[row] = this.#spends
    this.#spends.add(this.#now, cost)
  }

  remaining(): number {
    return this.policy.limit - (this.#spends?.total ?? 0)
  }

  idleIn(): number {
    return this.#spends === undefined || this.#spends.total === 0 ? 0 : this.#left(this.#spends.newest)
  }

  resize(rows: number): void {
    if (this.#logs.length > rows) this.#logs.length = rows
  }

  copy(from: number, to: number): void {
    this.#logs[to] = this.#logs[from]
  }

  /** Until a spend is forgotten. */
  #left(moment: number): number {
    return moment + this.#window - this.#now
  }
}
