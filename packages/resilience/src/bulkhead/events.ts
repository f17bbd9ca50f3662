import type { BulkheadFullError } from './errors.js'

/** The events of a {@link Bulkhead}, and what comes with each. */
export interface BulkheadEvents {
  /** A call waits for a slot; `queued` is how many do, with this one. */
  readonly queued: { readonly name: string; readonly queued: number }
  /** A call that had to wait got its slot; `waited` is for how long, in milliseconds. */
  readonly admitted: { readonly name: string; readonly waited: number }
  /** A call was refused. */
  readonly rejected: { readonly name: string; readonly error: BulkheadFullError }
}
