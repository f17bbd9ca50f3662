export type { RateLimiterCallOptions } from './call-options.js'
export type { LimitedReason, RateLimiterEvents } from './events.js'
export type { WhenStoreFails } from './guarded-store.js'
export {
  type MemoryRateLimitStore,
  type MemoryRateLimitStoreOptions,
  memoryRateLimitStore,
} from './memory-store.js'
export type { RateLimitPolicyOptions, RateLimitText } from './policies.js'
export { type ConsumeOptions, RateLimiter, type RateLimiterOptions } from './rate-limiter.js'
export type { RateLimiterStats } from './rate-limiter-engine.js'
export type {
  RateLimit,
  RateLimitAlgorithm,
  RateLimitPolicy,
  RateLimitPolicyResult,
  RateLimitResult,
  RateLimitStore,
} from './store.js'
