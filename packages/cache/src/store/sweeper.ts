import type { Clock, Timer } from '@base/core/clock'
import type { MemoryEngine } from './memory-engine.js'
import { FIRST_SLOT } from './s3-fifo.js'

/** So many entries are looked at in one go: some tens of microseconds. */
const STEP = 1_000
/** Between two steps, and between two rounds, in milliseconds. */
const PAUSE = 10
const REST = 1_000

/**
 * Frees what nobody reads any more, in small steps.
 *
 * It sleeps until the earliest end that it knows of, then goes through all entries once, and notes the next end on the way.
 * Its timer never holds the process, and there is none where nothing ever ends, nor between a closing and the next entry.
 */
export class Sweeper {
  readonly #engine: MemoryEngine
  readonly #clock: Clock
  #timer: Timer | undefined
  #wakesAt = Number.POSITIVE_INFINITY
  /** The next slot of the round under way. */
  #position: number = FIRST_SLOT
  /** The earliest end of those that the round has passed, and of those that were written meanwhile. */
  #earliest = Number.POSITIVE_INFINITY

  constructor(engine: MemoryEngine, clock: Clock) {
    this.#engine = engine
    this.#clock = clock
    engine.onDeadline = (goneAt) => {
      if (goneAt < this.#earliest) this.#noteDeadline(goneAt)
    }
  }

  /** Others may still use the store: with what they write it begins anew. */
  close(): void {
    this.#timer?.cancel()
    this.#wakesAt = Number.POSITIVE_INFINITY
    this.#earliest = Number.POSITIVE_INFINITY
    this.#position = FIRST_SLOT
  }

  #noteDeadline(goneAt: number): void {
    this.#earliest = goneAt
    const resting = this.#position === FIRST_SLOT
    if (resting && goneAt < this.#wakesAt - REST) this.#wakeAt(goneAt)
  }

  #wakeAt(time: number): void {
    this.#timer?.cancel()
    this.#wakesAt = time
    const delay = Math.max(0, Math.ceil(time - this.#clock.monotonic()))
    this.#timer = this.#clock.schedule(delay, this.#step, { ref: false, name: 'cache sweep' })
  }

  readonly #step = (): void => {
    const now = this.#clock.monotonic()
    if (this.#position === FIRST_SLOT) this.#earliest = Number.POSITIVE_INFINITY
    const until = Math.min(this.#position + STEP, this.#engine.end)
    for (let slot = this.#position; slot < until; slot++) this.#visit(slot, now)
    const isOver = until === this.#engine.end
    this.#position = isOver ? FIRST_SLOT : until
    if (!isOver) this.#wakeAt(now + PAUSE)
    else if (this.#earliest !== Number.POSITIVE_INFINITY) this.#wakeAt(Math.max(this.#earliest, now + REST))
    else this.#wakesAt = Number.POSITIVE_INFINITY
  }

  #visit(slot: number, now: number): void {
    const { keys, goneAt } = this.#engine.slots
    if (keys[slot] === undefined) return
    const end = goneAt[slot] as number
    if (end <= now) this.#engine.remove(slot, now)
    else if (end < this.#earliest) this.#earliest = end
  }
}
