import type { Clock, Timer } from '@base/core/clock'

/** Records that one step looks at: some tens of microseconds. */
const STEP = 1_000
/** Between two steps, and at least between two rounds, in milliseconds. */
const PAUSE = 10
const REST = 1_000

/** What is known of a key; times are of the monotonic clock. */
export interface MemoryRecord {
  readonly state: 'run' | 'takeover'
  readonly fingerprint: string
  readonly token: string
  readonly fence: bigint
  leaseUntil: number
  expiresAt: number
  readonly done: boolean
  readonly outcome: string | undefined
}

/**
 * Takes records away that are over: sleeps until the first of them, then goes through all in small steps, and notes the
 * next on the way. Its timer does not hold the process, and there is none where there are no records.
 */
export class RecordSweeper {
  readonly #records: Map<string, MemoryRecord>
  readonly #clock: Clock
  #timer: Timer | undefined
  #wakesAt = Number.POSITIVE_INFINITY
  /** The round under way. */
  #round: Iterator<[string, MemoryRecord]> | undefined
  /** The first end that the round has seen, and of what was written meanwhile. */
  #earliest = Number.POSITIVE_INFINITY

  constructor(records: Map<string, MemoryRecord>, clock: Clock) {
    this.#records = records
    this.#clock = clock
  }

  /** Something was written that is over then. */
  note(expiresAt: number): void {
    this.#earliest = Math.min(this.#earliest, expiresAt)
    if (this.#round === undefined && expiresAt < this.#wakesAt - REST) this.#wakeAt(expiresAt)
  }

  #wakeAt(time: number): void {
    this.#timer?.cancel()
    this.#wakesAt = time
    // What is kept for as long as a number can say ends after it, by its lease.
    const delay = Math.min(Math.max(0, Math.ceil(time - this.#clock.monotonic())), Number.MAX_SAFE_INTEGER)
    this.#timer = this.#clock.schedule(delay, this.#step, { ref: false, name: 'sweep of idempotency keys' })
  }

  readonly #step = (): void => {
    const now = this.#clock.monotonic()
    if (this.#round === undefined) {
      this.#round = this.#records.entries()
      this.#earliest = Number.POSITIVE_INFINITY
    }
    for (let looked = 0; looked < STEP; looked++) {
      const { done, value } = this.#round.next()
      if (done === true) {
        this.#endRound(now)
        return
      }
      this.#visit(value, now)
    }
    this.#wakeAt(now + PAUSE)
  }

  #visit([key, { expiresAt }]: [string, MemoryRecord], now: number): void {
    if (expiresAt <= now) this.#records.delete(key)
    else this.#earliest = Math.min(this.#earliest, expiresAt)
  }

  #endRound(now: number): void {
    this.#round = undefined
    this.#wakesAt = Number.POSITIVE_INFINITY
    if (this.#records.size > 0) this.#wakeAt(Math.max(this.#earliest, now + REST))
  }
}
