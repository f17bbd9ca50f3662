import { Ghost } from './ghost.js'

/** The heads of the two queues; entries have the slots above. */
const SMALL = 0
const MAIN = 1
export const FIRST_SLOT = 2

const SMALL_SHARE = 0.1
const FREQUENCY = 0b011
const IN_MAIN = 0b100

/**
 * Which entry goes next: S3-FIFO.
 *
 * A new key enters the small queue (a tenth of all); what is read there before it reaches the end moves to the main queue,
 * the rest is evicted and remembered as a ghost for as many evictions as there are entries. A ghost that comes back enters
 * the main queue at once. At the end of the main queue an entry goes back to its start as often as it was read, at most
 * three times, before it is evicted. So a scan of keys that are read once passes through a tenth of the room.
 *
 * A read only counts up, a write and an eviction take constant time on average: the queues are lists over numbered slots.
 * It departs from the paper in four things, each measured. One read is enough for the main queue, not two: up to 0.3 points
 * more on Zipf's law. Reads in the small queue, less the one that was needed, still count in the main one: with both it loses
 * 0.6 points to LRU where readers drift, not 4, and nothing on Zipf's law. Ghosts are as many as there are entries, not as in
 * the main queue: 8 points more on one of the LIRS traces (multi1), nothing less elsewhere. And the tenth is one of the
 * entries that are there, so that it holds for limits by entries and by bytes alike.
 *
 * @see Juncheng Yang et al., "FIFO Queues are All You Need for Cache Eviction", SOSP 2023
 */
export class S3Fifo {
  #next: Uint32Array
  #previous: Uint32Array
  /** The frequency, and whether it is in the main queue. */
  #states: Uint8Array
  #ghost: Ghost
  #small = 0
  #main = 0

  constructor(slots: number) {
    this.#next = new Uint32Array(slots)
    this.#previous = new Uint32Array(slots)
    this.#states = new Uint8Array(slots)
    this.#ghost = new Ghost(slots)
    this.#next[MAIN] = this.#previous[MAIN] = MAIN
  }

  /** Makes room for more slots. Ghosts are lost; there are few while a store still grows. */
  grow(slots: number): void {
    this.#next = grown(this.#next, new Uint32Array(slots))
    this.#previous = grown(this.#previous, new Uint32Array(slots))
    this.#states = grown(this.#states, new Uint8Array(slots))
    this.#ghost = new Ghost(slots)
  }

  add(slot: number, key: string): void {
    if (this.#ghost.take(key, this.#small + this.#main)) this.#enter(slot, MAIN)
    else this.#enter(slot, SMALL)
  }

  read(slot: number): void {
    const state = this.#states[slot] as number
    if ((state & FREQUENCY) < FREQUENCY) this.#states[slot] = state + 1
  }

  remove(slot: number): void {
    const next = this.#next[slot] as number
    const previous = this.#previous[slot] as number
    this.#next[previous] = next
    this.#previous[next] = previous
    if (((this.#states[slot] as number) & IN_MAIN) === 0) this.#small--
    else this.#main--
  }

  /** The slot that goes next, which is still there; there must be one. */
  next(): number {
    for (;;) {
      const slot = this.#oldestOf(this.#isSmallDue() ? SMALL : MAIN)
      if (slot !== undefined) return slot
    }
  }

  /** What was evicted comes back as one that was wanted. */
  remember(slot: number, key: string): void {
    if (((this.#states[slot] as number) & IN_MAIN) === 0) this.#ghost.add(key)
  }

  #isSmallDue(): boolean {
    if (this.#main === 0) return true
    return this.#small > 0 && this.#small >= (this.#small + this.#main) * SMALL_SHARE
  }

  /** The oldest of a queue; what was read since it came there goes to the start of the main one instead. */
  #oldestOf(queue: number): number | undefined {
    const slot = this.#previous[queue] as number
    const reads = (this.#states[slot] as number) & FREQUENCY
    if (reads === 0) return slot
    this.remove(slot)
    this.#enter(slot, MAIN)
    this.#states[slot] = IN_MAIN | (reads - 1)
    return undefined
  }

  #enter(slot: number, queue: number): void {
    const first = this.#next[queue] as number
    this.#next[queue] = slot
    this.#previous[slot] = queue
    this.#next[slot] = first
    this.#previous[first] = slot
    this.#states[slot] = queue === MAIN ? IN_MAIN : 0
    if (queue === MAIN) this.#main++
    else this.#small++
  }
}

function grown<A extends Uint32Array | Uint8Array>(from: A, to: A): A {
  to.set(from)
  return to
}
