import { type Clock, systemClock, type Timer } from '@base/core/clock'

/** After the grace, so that what is kept for it is over by then, in milliseconds. */
const SLACK = 100

/**
 * Sees to it that what is kept for a grace is dropped when the grace is over, whether or not anyone rotates then: one timer at
 * most, which does not hold the process. It is for the first end there is, and then for the last: what ends between them is
 * dropped with that, the longest grace later at most. Where the process dies before, the next rotation of any process leads to it.
 */
export class SealSweeper {
  readonly #clock: Clock
  readonly #sweep: () => Promise<unknown>
  #timer: Timer | undefined
  /** When the timer is due, and when the last end there is has come; by the monotonic clock. */
  #next = Number.POSITIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY

  constructor(clock: Clock | undefined, sweep: () => Promise<unknown>) {
    this.#clock = clock ?? systemClock
    this.#sweep = sweep
  }

  /** Something is kept for so many milliseconds from now. */
  arm(grace: number): void {
    const end = this.#clock.monotonic() + grace + SLACK
    this.#last = Math.max(this.#last, end)
    if (end < this.#next) this.#plan(end)
  }

  #plan(end: number): void {
    this.#timer?.cancel()
    this.#next = end
    const left = Math.max(0, Math.ceil(end - this.#clock.monotonic()))
    this.#timer = this.#clock.schedule(left, () => this.#due(), {
      ref: false,
      name: 'grace of refresh tokens',
    })
  }

  #due(): void {
    const end = this.#next
    this.#next = Number.POSITIVE_INFINITY
    if (this.#last > end) this.#plan(this.#last)
    // A database that is away or closed: what is over is given to nobody, and the next sweep drops it.
    this.#sweep().catch(() => {})
  }
}
