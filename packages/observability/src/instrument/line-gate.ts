import type { Clock } from '@base/core/clock'

/** Lines of a channel in a second, unless its rule says otherwise. */
const LINES = 10
const SPAN = 1_000

/** Lets so many lines of a channel through each second, and counts the others. */
export class LineGate {
  readonly #clock: Clock
  readonly #most: number
  #since = Number.NEGATIVE_INFINITY
  #passed = 0
  #held = 0

  constructor(clock: Clock, most: number = LINES) {
    this.#clock = clock
    this.#most = most
  }

  /** How many lines were held back since the last that passed; `undefined` where this one is held back, too. */
  pass(): number | undefined {
    const now = this.#clock.monotonic()
    if (now - this.#since >= SPAN) {
      this.#since = now
      this.#passed = 0
    }
    if (this.#passed >= this.#most) {
      this.#held++
      return undefined
    }
    this.#passed++
    const held = this.#held
    this.#held = 0
    return held
  }
}
