export { Chaos, type ChaosLatency, type ChaosOptions, type ChaosStats } from './chaos.js'
export type { ChaosEvents } from './events.js'
