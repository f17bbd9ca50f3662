import type { TagRecord } from './tag-book.js'

/** What only some entries have. */
export interface Extras {
  /** Its tags. */
  readonly tags: readonly TagRecord[]
  /** The epoch of the tags at which it was valid. */
  validAt: number
  /** How long its load took, in milliseconds; 0 where nobody knows. */
  readonly loadTime: number
}

/** The first capacity; it doubles when it is full. */
export const FIRST_CAPACITY = 64

/**
 * The fields of all entries, one array for each: an entry is a number, and costs no object of its own.
 *
 * Times are on the monotonic clock; versions are whole numbers.
 */
export class Slots {
  keys: (string | undefined)[] = []
  values: unknown[] = []
  extras: (Extras | undefined)[] = []
  freshUntil: Float64Array = new Float64Array(FIRST_CAPACITY)
  goneAt: Float64Array = new Float64Array(FIRST_CAPACITY)
  versions: Float64Array = new Float64Array(FIRST_CAPACITY)
  /** About how much each takes; only where there is a limit of bytes. */
  sizes: Float64Array | undefined

  constructor(sized: boolean) {
    if (sized) this.sizes = new Float64Array(FIRST_CAPACITY)
  }

  /** As it was made. */
  reset(): void {
    this.keys = []
    this.values = []
    this.extras = []
    this.freshUntil = new Float64Array(FIRST_CAPACITY)
    this.goneAt = new Float64Array(FIRST_CAPACITY)
    this.versions = new Float64Array(FIRST_CAPACITY)
    if (this.sizes !== undefined) this.sizes = new Float64Array(FIRST_CAPACITY)
  }

  grow(capacity: number): void {
    this.freshUntil = grown(this.freshUntil, capacity)
    this.goneAt = grown(this.goneAt, capacity)
    this.versions = grown(this.versions, capacity)
    if (this.sizes !== undefined) this.sizes = grown(this.sizes, capacity)
  }

  /** Holds on to nothing of the entry. */
  free(slot: number): void {
    this.keys[slot] = undefined
    this.values[slot] = undefined
    this.extras[slot] = undefined
  }
}

function grown(from: Float64Array, capacity: number): Float64Array {
  const to = new Float64Array(capacity)
  to.set(from)
  return to
}
