import { type Meter, NEVER } from './meter.js'
import { Spends } from './spends.js'
import type { RateLimitPolicy } from './store.js'

/**
 * What was spent in the last window, spend by spend: exact, and 16 bytes for each spend that is remembered, at most
 * `limit` of them for a key. What was spent at one moment is one entry. A spend counts until a whole window has passed.
 */
export class SlidingLog implements Meter {
  readonly policy: RateLimitPolicy
  readonly aligned = false
  readonly #logs: (Spends | undefined)[] = []
  readonly #window: number

  constructor(policy: RateLimitPolicy) {
    this.policy = policy
    this.#window = policy.window * 1_000
  }

  wait(row: number, now: number, cost: number): number {
    const spends = this.#recent(row, now)
    const { limit } = this.policy
    const excess = (spends?.total ?? 0) + cost - limit
    if (excess <= 0) return 0
    return cost > limit || spends === undefined ? NEVER : spends.gone(excess) + this.#window - now
  }

  charge(row: number, now: number, cost: number): void {
    const spends = this.#recent(row, now) ?? new Spends()
    this.#logs[row] = spends
    spends.add(now, cost)
  }

  remaining(row: number, now: number): number {
    return this.policy.limit - (this.#recent(row, now)?.total ?? 0)
  }

  idleIn(row: number, now: number): number {
    const spends = this.#recent(row, now)
    return spends === undefined || spends.total === 0 ? 0 : spends.newest + this.#window - now
  }

  resize(rows: number): void {
    if (this.#logs.length > rows) this.#logs.length = rows
  }

  copy(from: number, to: number): void {
    this.#logs[to] = this.#logs[from]
  }

  #recent(row: number, now: number): Spends | undefined {
    const spends = this.#logs[row]
    spends?.forget(now - this.#window)
    return spends
  }
}
