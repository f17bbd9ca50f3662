import { Cells } from './cells.js'
import { type Meter, NEVER } from './meter.js'
import type { RateLimitPolicy } from './store.js'

/**
 * Two counts, of this window and of the one before, both aligned to the epoch. What was spent in the last `window` is
 * taken to be `before * (1 - share) + current`, where `share` is how much of this window has passed: as if the window
 * before had been spent evenly.
 *
 * Against a log it therefore lets through at most `before * share` too much (all was spent at the end of the window
 * before), and refuses at most `before * (1 - share)` too early (all at its beginning). Both are below `limit`. A clock
 * that is set back moves both counts to the windows that are now and before, so a key waits no longer than two windows.
 *
 * All is counted in `window`ths, so that it stays whole.
 */
export class SlidingWindow implements Meter {
  readonly policy: RateLimitPolicy
  readonly aligned = true
  /** By row: which window, what was spent in it, and in the one before. */
  readonly rows: Cells = new Cells(3)
  readonly #window: number
  #index = 0
  /** How much of the window has passed. */
  #passed = 0
  #before = 0
  #current = 0

  constructor(policy: RateLimitPolicy) {
    this.policy = policy
    this.#window = policy.window * 1_000
  }

  read(row: number, now: number): void {
    const { values } = this.rows
    this.#index = Math.floor(now / this.#window)
    this.#passed = now - this.#index * this.#window
    if ((values[row * 3] as number) > this.#index) values[row * 3] = this.#index
    const age = this.#index - (values[row * 3] as number)
    this.#current = age === 0 ? (values[row * 3 + 1] as number) : 0
    this.#before = age > 1 ? 0 : (values[row * 3 + 2 - age] as number)
  }

  wait(cost: number): number {
    const spare = (this.policy.limit - this.#current - cost) * this.#window
    if (this.#before * (this.#window - this.#passed) <= spare) return 0
    if (cost > this.policy.limit) return NEVER
    // While this window lasts what counts of the one before shrinks; then this one is the one before.
    if (spare >= 0) return this.#shrunk(this.#before, spare) - this.#passed
    return (
      this.#window - this.#passed + this.#shrunk(this.#current, (this.policy.limit - cost) * this.#window)
    )
  }

  charge(row: number, cost: number): void {
    const { values } = this.rows
    this.#current += cost
    values[row * 3] = this.#index
    values[row * 3 + 1] = this.#current
    values[row * 3 + 2] = this.#before
  }

  remaining(): number {
    const spent = this.#before * (this.#window - this.#passed) + this.#current * this.#window
    return Math.max(0, Math.floor(this.policy.limit - spent / this.#window))
  }

  idleIn(): number {
    const left = this.#window - this.#passed
    if (this.#current > 0) return left + this.#window
    return this.#before > 0 ? left : 0
  }

  /** How far into a window no more than `spare` counts of what was spent before. */
  #shrunk(spent: number, spare: number): number {
    return Math.max(0, Math.ceil(this.#window - spare / spent))
  }
}
