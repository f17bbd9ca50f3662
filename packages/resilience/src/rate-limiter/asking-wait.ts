import type { Clock } from '@base/core/clock'
import type { Wait } from '../policy/call-context.js'

/** A wait for an answer that is not the dependency's. A class, for each literal with a getter costs as much as the call. */
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
