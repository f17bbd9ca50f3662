import type { BulkheadEvents } from '../bulkhead/events.js'

/** The events of an {@link AdaptiveBulkhead}, and what comes with each. */
export interface AdaptiveBulkheadEvents extends BulkheadEvents {
  /** Another number of calls may run at once from now on. */
  readonly limitChange: {
    /** The bulkhead's name. */
    readonly name: string
    /** How many could run at once until now. */
    readonly from: number
    /** How many can from now on. */
    readonly to: number
  }
}
