import { Cells } from './cells.js'
import { type Meter, NEVER } from './meter.js'
import type { RateLimitPolicy } from './store.js'

/**
 * One count, from one multiple of the window since the epoch to the next. Where the clock is set back, the count stays,
 * as that of the window that is now: so a key waits no longer than one window.
 */
export class FixedWindow implements Meter {
  readonly policy: RateLimitPolicy
  readonly aligned = true
  /** By row: which window, and what was spent in it. */
  readonly #cells = new Cells(2)
  readonly #window: number

  constructor(policy: RateLimitPolicy) {
    this.policy = policy
    this.#window = policy.window * 1_000
  }

  wait(row: number, now: number, cost: number): number {
    const { limit } = this.policy
    if (this.#spent(row, now) + cost <= limit) return 0
    return cost > limit ? NEVER : this.#window - (now % this.#window)
  }

  charge(row: number, now: number, cost: number): void {
    const spent = this.#spent(row, now)
    this.#cells.values[row * 2] = Math.floor(now / this.#window)
    this.#cells.values[row * 2 + 1] = spent + cost
  }

  remaining(row: number, now: number): number {
    return this.policy.limit - this.#spent(row, now)
  }

  idleIn(row: number, now: number): number {
    return this.#spent(row, now) === 0 ? 0 : this.#window - (now % this.#window)
  }

  resize(rows: number): void {
    this.#cells.resize(rows)
  }

  copy(from: number, to: number): void {
    this.#cells.copy(from, to)
  }

  #spent(row: number, now: number): number {
    const { values } = this.#cells
    const index = Math.floor(now / this.#window)
    if ((values[row * 2] as number) > index) values[row * 2] = index
    return values[row * 2] === index ? (values[row * 2 + 1] as number) : 0
  }
}
