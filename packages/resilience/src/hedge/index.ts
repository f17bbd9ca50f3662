export type { HedgeEvents, HedgeReason } from './events.js'
export { Hedge, type HedgeOptions } from './hedge.js'
export type { HedgeStats } from './hedge-engine.js'
export { type MeasuredDelay, type PercentileOptions, percentile } from './percentile.js'
