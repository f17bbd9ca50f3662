import type { Clock } from '@base/core/clock'

/** A wait of a call in a queue of ours. */
export interface Wait {
  /** How much of it says nothing of the dependency, in milliseconds, up to now. */
  readonly excused: number
}

/** One for an answer that is not the dependency's. */
export class AskingWait implements Wait {
  readonly #clock: Clock
  readonly #since: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#since = clock.monotonic()
  }

  get excused(): number {
    return this.#clock.monotonic() - this.#since
  }
}
