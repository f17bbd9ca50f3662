export { Chaos, type ChaosLatency, type ChaosOptions } from './chaos.js'
export type { ChaosStats } from './chaos-engine.js'
export type { ChaosEvents } from './events.js'
