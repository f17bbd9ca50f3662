export type { HedgeEvents, HedgeReason } from './events.js'
export { Hedge, type HedgeOptions, type HedgeStats } from './hedge.js'
export { type MeasuredDelay, type PercentileOptions, percentile } from './percentile.js'
