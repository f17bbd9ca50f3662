export { Bulkhead, type BulkheadOptions } from './bulkhead.js'
export type { BulkheadStats } from './bulkhead-engine.js'
export { BulkheadFullError } from './errors.js'
export type { BulkheadEvents } from './events.js'
