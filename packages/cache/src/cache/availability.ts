import type { Clock } from '@base/core/clock'

/** So many failures in a row, and it is left alone for so long, in milliseconds. */
const FAILURES = 3
const PAUSE = 1_000

/** Whether something that may be away is asked: after three failures in a row it is left alone for a second, then one call tries. */
export class Availability {
  readonly #clock: Clock
  #failures = 0
  #closedUntil = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** One call at a time tries whether it is back. */
  isDue(): boolean {
    if (this.#failures < FAILURES) return true
    const now = this.#clock.monotonic()
    if (now < this.#closedUntil) return false
    this.#closedUntil = now + PAUSE
    return true
  }

  /** It has answered. */
  succeed(): void {
    this.#failures = 0
  }

  /** It has not, or that it cannot. */
  fail(): void {
    this.#failures++
    if (this.#failures >= FAILURES) this.#closedUntil = this.#clock.monotonic() + PAUSE
  }
}
