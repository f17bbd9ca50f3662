export { type BreakerLike, breakerCheck } from './breaker-check.js'
export type { HealthCheck } from './check-options.js'
export { type DiskCheckOptions, diskCheck } from './disk-check.js'
export { type EventLoopCheckOptions, eventLoopCheck } from './event-loop-check.js'
export type { HealthEvents } from './events.js'
export { createHealth, type Health, type HealthCallOptions, type HealthOptions } from './health.js'
export { type MemoryCheckOptions, memoryCheck } from './memory-check.js'
export { type RedisLike, redisCheck } from './redis-check.js'
export type { CheckReport, HealthReport, HealthStatus } from './report.js'
export {
  type HealthEndpointOptions,
  type HealthResponse,
  type HealthResponseOptions,
  healthEndpoint,
  healthResponse,
} from './response.js'
export { type SqlLike, sqlCheck } from './sql-check.js'
export type { CheckOutcome } from './verdict.js'
