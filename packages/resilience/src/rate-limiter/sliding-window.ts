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
  readonly #cells = new Cells(3)
  readonly #window: number
  #before = 0
  #current = 0

  constructor(policy: RateLimitPolicy) {
    this.policy = policy
    this.#window = policy.window * 1_000
  }

  wait(row: number, now: number, cost: number): number {
    this.#read(row, now)
    const passed = now % this.#window
    const spare = (this.policy.limit - this.#current - cost) * this.#window
    if (this.#before * (this.#window - passed) <= spare) return 0
    if (cost > this.policy.limit) return NEVER
    // While this window lasts what counts of the one before shrinks; then this one is the one before.
    if (spare >= 0) return this.#shrunk(this.#before, spare) - passed
    return this.#window - passed + this.#shrunk(this.#current, (this.policy.limit - cost) * this.#window)
  }

  charge(row: number, now: number, cost: number): void {
    this.#read(row, now)
    const { values } = this.#cells
    values[row * 3] = Math.floor(now / this.#window)
    values[row * 3 + 1] = this.#current + cost
    values[row * 3 + 2] = this.#before
  }

  remaining(row: number, now: number): number {
    this.#read(row, now)
    const spent = this.#before * (this.#window - (now % this.#window)) + this.#current * this.#window
    return Math.max(0, Math.floor(this.policy.limit - spent / this.#window))
  }

  idleIn(row: number, now: number): number {
    this.#read(row, now)
    const left = this.#window - (now % this.#window)
    if (this.#current > 0) return left + this.#window
    return this.#before > 0 ? left : 0
  }

  resize(rows: number): void {
    this.#cells.resize(rows)
  }

  copy(from: number, to: number): void {
    this.#cells.copy(from, to)
  }

  /** How far into a window no more than `spare` counts of what was spent before. */
  #shrunk(spent: number, spare: number): number {
    return Math.max(0, Math.ceil(this.#window - spare / spent))
  }

  #read(row: number, now: number): void {
    const { values } = this.#cells
    const index = Math.floor(now / this.#window)
    if ((values[row * 3] as number) > index) values[row * 3] = index
    const age = index - (values[row * 3] as number)
    this.#current = age === 0 ? (values[row * 3 + 1] as number) : 0
    this.#before =
      age === 0 ? (values[row * 3 + 2] as number) : age === 1 ? (values[row * 3 + 1] as number) : 0
  }
}
