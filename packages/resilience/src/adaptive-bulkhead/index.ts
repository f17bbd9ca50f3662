export {
  AdaptiveBulkhead,
  type AdaptiveBulkheadOptions,
  type AdaptiveBulkheadStats,
} from './adaptive-bulkhead.js'
export type { AdaptiveBulkheadEvents } from './events.js'
