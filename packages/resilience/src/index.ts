export {
  AdaptiveBulkhead,
  type AdaptiveBulkheadEvents,
  type AdaptiveBulkheadOptions,
  type AdaptiveBulkheadStats,
} from './adaptive-bulkhead/index.js'
export {
  Bulkhead,
  type BulkheadEvents,
  BulkheadFullError,
  type BulkheadOptions,
  type BulkheadStats,
} from './bulkhead/index.js'
export {
  Chaos,
  type ChaosEvents,
  type ChaosLatency,
  type ChaosOptions,
  type ChaosStats,
} from './chaos/index.js'
export {
  type BreakerWindow,
  CircuitBreaker,
  type CircuitBreakerEvents,
  type CircuitBreakerOptions,
  type CircuitBreakerRegistry,
  type CircuitBreakerRegistryOptions,
  type CircuitBreakerSnapshot,
  type CircuitBreakerStats,
  CircuitOpenError,
  type CircuitState,
  type CircuitStateChange,
  type CircuitStateChangeReason,
  createCircuitBreakerRegistry,
  type HalfOpenOptions,
  type RateRule,
} from './circuit-breaker/index.js'
export { Fallback, type FallbackEvents, type FallbackOptions, type FallbackStats } from './fallback/index.js'
export {
  Hedge,
  type HedgeEvents,
  type HedgeOptions,
  type HedgeReason,
  type HedgeStats,
  type MeasuredDelay,
  type PercentileOptions,
  percentile,
} from './hedge/index.js'
export {
  type HttpBreakerOptions,
  HttpProblemError,
  type HttpRetryOptions,
  type ResilientFetch,
  type ResilientFetchOptions,
  resilientFetch,
  type TraceContext,
  traceContext,
} from './http-client/index.js'
export {
  type Pipeline,
  type PipelineEvents,
  type PipelineWarning,
  type PipelineWarningCode,
  type PolicyOutcome,
  pipeline,
} from './pipeline/index.js'
export type { ExecuteOptions, Policy, PolicyContext, PolicyFunction } from './policy/index.js'
export {
  type ConsumeOptions,
  type MemoryRateLimitStore,
  type MemoryRateLimitStoreOptions,
  memoryRateLimitStore,
  type RateLimit,
  type RateLimitAlgorithm,
  RateLimiter,
  type RateLimiterEvents,
  type RateLimiterOptions,
  type RateLimiterStats,
  type RateLimitPolicy,
  type RateLimitPolicyOptions,
  type RateLimitPolicyResult,
  type RateLimitResult,
  type RateLimitStore,
  type RateLimitText,
  type WhenStoreFails,
} from './rate-limiter/index.js'
export {
  attemptsOf,
  type Backoff,
  type BackoffContext,
  constant,
  delays,
  type ExponentialOptions,
  exponential,
  type GaveUpReason,
  type Jitter,
  type LinearOptions,
  linear,
  Retry,
  type RetryBudget,
  type RetryBudgetOptions,
  type RetryEvents,
  type RetryOptions,
  type RetryStats,
  retryBudget,
} from './retry/index.js'
export {
  Timeout,
  TimeoutError,
  type TimeoutEvents,
  type TimeoutOptions,
  type TimeoutStats,
  type TimeoutStrategy,
} from './timeout/index.js'
