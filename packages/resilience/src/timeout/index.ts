export { TimeoutError } from '@base/core/errors'
export type { TimeoutEvents } from './events.js'
export { Timeout, type TimeoutOptions, type TimeoutStats, type TimeoutStrategy } from './timeout.js'
