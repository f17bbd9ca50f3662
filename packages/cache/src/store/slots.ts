import type { TagRecord } from './tag-book.js'

/** What only some entries have. */
export interface Extras {
  /** Its tags. */
  readonly tags: readonly TagRecord[]
  /** The epoch of the tags at which it was valid. */
  validAt: number
  /** How long it is fresh in all, in milliseconds. */
  readonly life: number
  /** How long its load took, in milliseconds; 0 where nobody knows. */
  readonly loadTime: number
  /** From when on it is not vouched for; `Infinity` is never. */
  checkAt: number
}

/** The first capacity; it doubles when it is full. */
export const FIRST_CAPACITY = 64

const NO_EXTRAS: readonly (Extras | undefined)[] = []

/**
 * The fields of all entries, one array for each: an entry is a number, and costs no object of its own.
 *
 * Times are on the monotonic clock; versions are whole numbers.
 */
export class Slots {
  keys: (string | undefined)[] = new Array(FIRST_CAPACITY)
  values: unknown[] = new Array(FIRST_CAPACITY)
  freshUntil: Float64Array = new Float64Array(FIRST_CAPACITY)
  goneAt: Float64Array = new Float64Array(FIRST_CAPACITY)
  versions: Float64Array = new Float64Array(FIRST_CAPACITY)
  /** About how much each takes; only where there is a limit of bytes. */
  sizes: Float64Array | undefined
  /** Takes no room until the first entry has some. */
  extras: readonly (Extras | undefined)[] = NO_EXTRAS
  capacity: number = FIRST_CAPACITY

  constructor(sized: boolean) {
    if (sized) this.sizes = new Float64Array(FIRST_CAPACITY)
  }

  grow(capacity: number): void {
    this.capacity = capacity
    this.keys = longer(this.keys, capacity)
    this.values = longer(this.values, capacity)
    this.freshUntil = grown(this.freshUntil, capacity)
    this.goneAt = grown(this.goneAt, capacity)
    this.versions = grown(this.versions, capacity)
    if (this.sizes !== undefined) this.sizes = grown(this.sizes, capacity)
    if (this.extras !== NO_EXTRAS) this.extras = longer(this.extras, capacity)
  }

  setExtras(slot: number, extras: Extras | undefined): void {
    if (this.extras === NO_EXTRAS) {
      if (extras === undefined) return
      this.extras = new Array(this.capacity)
    }
    ;(this.extras as (Extras | undefined)[])[slot] = extras
  }

  /** Holds on to nothing of the entry. */
  free(slot: number): void {
    this.keys[slot] = undefined
    this.values[slot] = undefined
    this.setExtras(slot, undefined)
  }
}

function grown(from: Float64Array, capacity: number): Float64Array {
  const to = new Float64Array(capacity)
  to.set(from)
  return to
}

/** Exactly as long as it has to be, where pushing would leave up to half of it empty. */
function longer<T>(from: readonly T[], capacity: number): T[] {
  const to = new Array<T>(capacity)
  for (let index = 0; index < from.length; index++) to[index] = from[index] as T
  return to
}
