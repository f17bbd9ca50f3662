export type { FallbackEvents } from './events.js'
export { Fallback, type FallbackOptions, type FallbackStats } from './fallback.js'
