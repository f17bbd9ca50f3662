import { Cells } from './cells.js'
import { type Meter, NEVER } from './meter.js'
import type { RateLimitPolicy } from './store.js'

/**
 * The generic cell rate algorithm (ITU-T I.371), which is a token bucket that needs no timer.
 *
 * GCRA keeps the theoretical arrival time of the next call; here its distance from the last charge is kept, the debt,
 * which time pays off. A bucket's tokens are `burst - debt`: the two algorithms decide alike in every case, so they are
 * one. The debt is counted in `window / limit`ths of a microsecond, and both are divided by what they have in common: so
 * all numbers are whole, and exact while `window` in µs times `burst` stays below 2^53 after that; beyond, they are
 * right to one part in 10^15.
 */
export class Bucket implements Meter {
  readonly policy: RateLimitPolicy
  readonly aligned = false
  /** By row: the debt, and when it was that much. */
  readonly rows: Cells = new Cells(2)
  /** What one costs, what a microsecond pays, what may be owed. */
  readonly #price: number
  readonly #pace: number
  readonly #most: number
  #now = 0
  #debt = 0

  constructor(policy: RateLimitPolicy) {
    this.policy = policy
    const window = policy.window * 1_000
    const divisor = greatestCommonDivisor(window, policy.limit)
    this.#price = window / divisor
    this.#pace = policy.limit / divisor
    this.#most = this.#price * policy.burst
  }

  read(row: number, now: number): void {
    const { values } = this.rows
    const passed = now - (values[row * 2 + 1] as number)
    this.#now = now
    this.#debt = Math.max(0, (values[row * 2] as number) - passed * this.#pace)
  }

  wait(cost: number): number {
    const excess = this.#debt + cost * this.#price - this.#most
    if (excess <= 0) return 0
    return cost > this.policy.burst ? NEVER : Math.ceil(excess / this.#pace)
  }

  charge(row: number, cost: number): void {
    const { values } = this.rows
    this.#debt += cost * this.#price
    values[row * 2] = this.#debt
    values[row * 2 + 1] = this.#now
  }

  remaining(): number {
    return Math.floor((this.#most - this.#debt) / this.#price)
  }

  idleIn(): number {
    return Math.ceil(this.#debt / this.#pace)
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
