import type { Clock } from '@base/core/clock'

/** So many lines of a channel may be written in so many milliseconds: whatever fails, fails often. */
const LINES = 10
const SPAN = 1_000

/** Lets a few lines of a channel through each second, and counts the others. */
export class LineGate {
  readonly #clock: Clock
  #since = Number.NEGATIVE_INFINITY
  #passed = 0
  #held = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many lines were held back since the last that passed; `undefined` where this one is held back, too. */
  pass(): number | undefined {
    const now = this.#clock.monotonic()
    if (now - this.#since >= SPAN) {
      this.#since = now
      this.#passed = 0
    }
    if (this.#passed >= LINES) {
      this.#held++
      return undefined
    }
    this.#passed++
    const held = this.#held
    this.#held = 0
    return held
  }
}
