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
  readonly rows: Cells = new Cells(2)
  readonly #window: number
  #index = 0
  /** How much of the window is left. */
  #left = 0
  #spent = 0

  constructor(policy: RateLimitPolicy) {
    this.policy = policy
    this.#window = policy.window * 1_000
  }

  read(row: number, now: number): void {
    const { values } = this.rows
    const index = Math.floor(now / this.#window)
    if ((values[row * 2] as number) > index) values[row * 2] = index
    this.#index = index
    this.#left = (index + 1) * this.#window - now
    this.#spent = values[row * 2] === index ? (values[row * 2 + 1] as number) : 0
  }

  wait(cost: number): number {
    const { limit } = this.policy
    if (this.#spent + cost <= limit) return 0
    return cost > limit ? NEVER : this.#left
  }

  charge(row: number, cost: number): void {
    const { values } = this.rows
    this.#spent += cost
    values[row * 2] = this.#index
    values[row * 2 + 1] = this.#spent
  }

  remaining(): number {
    return this.policy.limit - this.#spent
  }

  idleIn(): number {
    return this.#spent === 0 ? 0 : this.#left
  }
}
