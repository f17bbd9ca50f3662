import { invalidOption } from '../options/options.js'
import type { RandomWords } from './random-words.js'

/** The last time that 48 bits hold: in the year 10889. */
export const MAX_TIME: number = 2 ** 48 - 1

/** Where ids take time and randomness from. */
export interface IdSource {
  /** The function that makes the source, for errors. */
  readonly pattern: string
  readonly now: () => number
  readonly words: RandomWords
}

/**
 * A time and a counter that, read as one number, only grow.
 *
 * In a new millisecond the counter begins at random below the half of what it can hold, and counts on from there. A clock
 * that stands or steps back leaves the time where it is; a counter that is full, after two thousand million ids in one
 * millisecond, takes the next millisecond (RFC 9562, 6.2, method 1). It is kept in two halves, so that both are small
 * integers, and so that ids can keep the text of the half that seldom changes.
 */
export class IdSequence {
  /** Milliseconds since 1970. NaN before the first id, which nothing is at most. */
  time: number = Number.NaN
  /** The high half of the counter. */
  high = 0
  /** The low half of the counter. */
  low = 0

  readonly #source: IdSource
  readonly #highBits: number
  readonly #lowSize: number

  constructor(source: IdSource, bits: { readonly high: number; readonly low: number }) {
    this.#source = source
    this.#highBits = bits.high
    this.#lowSize = 2 ** bits.low
  }

  /** Moves on. Whether more than `low` has changed. */
  next(): boolean {
    const now = Math.floor(this.#source.now())
    if (now <= this.time) return this.#count()
    this.#begin(now)
    return true
  }

  #count(): boolean {
    if (this.low + 1 < this.#lowSize) {
      this.low++
      return false
    }
    if (this.high + 1 < 2 ** this.#highBits) {
      this.high++
      this.low = 0
    } else this.#begin(this.time + 1)
    return true
  }

  #begin(time: number): void {
    const { pattern, words } = this.#source
    if (!(time >= 0 && time <= MAX_TIME)) {
      const place = { package: '@base/core', pattern, option: 'clock.now()' }
      throw invalidOption(time, place, `milliseconds from 0 to ${MAX_TIME}`)
    }
    this.time = time
    // One bit less than fits, so that at least half of the counter is left.
    this.high = (words.next() * 0x1_0000 + words.next()) >>> (33 - this.#highBits)
    this.low = words.next() & (this.#lowSize - 1)
  }
}
