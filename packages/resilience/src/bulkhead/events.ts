import type { BulkheadFullError } from './errors.js'

/** The events of a {@link Bulkhead}, and what comes with each. */
export interface BulkheadEvents {
  /** A call waits for a slot. */
  readonly queued: {
    /** The bulkhead's name. */
    readonly name: string
    /** How many calls wait, with this one. */
    readonly queued: number
  }
  /** A call that had to wait got its slot. */
  readonly admitted: {
    /** The bulkhead's name. */
    readonly name: string
    /** For how long it waited, in milliseconds. */
    readonly waited: number
  }
  /** A call was refused. */
  readonly rejected: {
    /** The bulkhead's name. */
    readonly name: string
    /** What the caller gets. */
    readonly error: BulkheadFullError
  }
}
