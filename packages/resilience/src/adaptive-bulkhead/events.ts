import type { BulkheadEvents } from '../bulkhead/events.js'

/** The events of an {@link AdaptiveBulkhead}, and what comes with each. */
export interface AdaptiveBulkheadEvents extends BulkheadEvents {
  /** Another number of calls may run at once from now on. */
  readonly limitChange: { readonly name: string; readonly from: number; readonly to: number }
}
