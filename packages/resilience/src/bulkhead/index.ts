export { Bulkhead, type BulkheadOptions, type BulkheadStats } from './bulkhead.js'
export { BulkheadFullError } from './errors.js'
export type { BulkheadEvents } from './events.js'
