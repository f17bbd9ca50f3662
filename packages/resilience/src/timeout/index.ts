export { TimeoutError } from '@base/core/errors'
export type { TimeoutEvents } from './events.js'
export { Timeout, type TimeoutOptions, type TimeoutStrategy } from './timeout.js'
export type { TimeoutStats } from './timeout-engine.js'
