import { type Clock, systemClock } from '@base/core/clock'

/** After the grace, so that what is kept for it is over by then, in milliseconds. */
const SLACK = 100

/**
 * Sees to it that what is kept for a grace is dropped when the grace is over, whether or not anyone rotates then: one timer at
 * most, which does not hold the process. Where the process dies before, the next rotation of any process leads to it.
 */
export class SealSweeper {
  readonly #clock: Clock
  readonly #sweep: () => Promise<unknown>
  #isArmed = false

  constructor(clock: Clock | undefined, sweep: () => Promise<unknown>) {
    this.#clock = clock ?? systemClock
    this.#sweep = sweep
  }

  /** Something is kept for so many milliseconds from now. */
  arm(grace: number): void {
    if (this.#isArmed) return
    this.#isArmed = true
    const name = 'grace of refresh tokens'
    this.#clock.schedule(grace + SLACK, () => this.#due(), { ref: false, name })
  }

  #due(): void {
    this.#isArmed = false
    // A database that is away or closed: what is over is given to nobody, and the next sweep drops it.
    this.#sweep().catch(() => {})
  }
}
