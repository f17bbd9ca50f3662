export type { FallbackEvents } from './events.js'
export { Fallback, type FallbackOptions } from './fallback.js'
export type { FallbackStats } from './fallback-engine.js'
