import type { Clock, Timer } from '@base/core/clock'
import { LONGEST_PAUSE } from './longest-pause.js'
import type { Rows } from './rows.js'

/** Rows that one step looks at: some hundredths of a millisecond. */
const STEP = 1_024
/** Between the steps of one round, in milliseconds. */
const PAUSE = 10
/** At least between two rounds, in milliseconds. */
const REST = 1_000
/** At most until a round that looks at new keys, in milliseconds. */
const LATEST = 60_000
/** Rows that each new key looks at, so that many new keys sweep faster. */
const LOOK = 2
/** Among so many rows the one that is idle first makes room for a new key. */
const SAMPLE = 16

/** What a {@link Sweeper} sweeps. */
export interface Swept {
  readonly rows: Rows
  /** How long until the row is as new, in microseconds. */
  idleIn(row: number): number
  /** Reads the clocks. */
  look(): void
}

/**
 * Takes the rows of idle keys away: two with each new key, and the rest in small steps by a timer, which is there while
 * there are rows, does not keep the process alive, and sleeps until the first row will be idle, or for a minute if there
 * are new keys.
 */
export class Sweeper {
  readonly #clock: Clock
  readonly #maxKeys: number
  readonly #swept: Swept
  readonly #rows: Rows
  /** Where the next look begins. */
  #hand = 1
  /** Of all rows of this round, the soonest, in microseconds. */
  #soonest = Number.POSITIVE_INFINITY
  #timer: Timer | undefined
  /** How long the timer was armed for. */
  #rest = 0
  /** Whether there are rows that no whole round has looked at. */
  #hasNew = false

  constructor(clock: Clock, maxKeys: number, swept: Swept) {
    this.#clock = clock
    this.#maxKeys = maxKeys
    this.#swept = swept
    this.#rows = swept.rows
  }

  /** A row for a new key. */
  add(key: string): number {
    for (let looked = 0; looked < LOOK; looked++) this.#sweepNext()
    if (this.#rows.size >= this.#maxKeys) this.#makeRoom()
    this.hasten()
    return this.#rows.add(key)
  }

  /** A row may be idle sooner than all that were looked at. */
  hasten(): void {
    if (this.#hasNew) return
    this.#hasNew = true
    if (this.#timer === undefined) this.#arm(REST)
    else if (this.#rest > LATEST) {
      this.#timer.cancel()
      this.#arm(LATEST)
    }
  }

  /** Whether that was the end of a round. */
  #sweepNext(): boolean {
    if (this.#hand >= this.#rows.end) {
      this.#hand = 1
      return true
    }
    const row = this.#hand++
    if (this.#rows.keyOf(row) === undefined) return false
    const idleIn = this.#swept.idleIn(row)
    if (idleIn === 0) this.#rows.delete(row)
    else this.#soonest = Math.min(this.#soonest, idleIn)
    return false
  }

  readonly #step = (): void => {
    this.#timer = undefined
    this.#swept.look()
    for (let looked = 0; looked < STEP; looked++) {
      if (!this.#sweepNext()) continue
      this.#rows.compact()
      // What is blocked for ever waits for its reset, not for a timer.
      const idleIn = Math.max(REST, Math.ceil(this.#soonest / 1_000))
      const rest = this.#hasNew ? Math.min(idleIn, LATEST) : idleIn
      this.#soonest = Number.POSITIVE_INFINITY
      this.#hasNew = false
      if (this.#rows.size > 0 && rest !== Number.POSITIVE_INFINITY) this.#arm(Math.min(rest, LONGEST_PAUSE))
      return
    }
    this.#arm(PAUSE)
  }

  #arm(pause: number): void {
    this.#rest = pause
    this.#timer = this.#clock.schedule(pause, this.#step, { ref: false, name: 'sweep of rate limits' })
  }

  /** Not the longest unused: whoever has spent most is remembered, and whoever has spent least loses nothing. */
  #makeRoom(): void {
    let first = 0
    let soonest = Number.POSITIVE_INFINITY
    for (let looked = 0; looked < SAMPLE || first === 0; looked++) {
      if (this.#hand >= this.#rows.end) this.#hand = 1
      const row = this.#hand++
      if (this.#rows.keyOf(row) === undefined) continue
      const idleIn = this.#swept.idleIn(row)
      if (first === 0 || idleIn < soonest) {
        first = row
        soonest = idleIn
      }
    }
    this.#rows.delete(first)
  }
}
