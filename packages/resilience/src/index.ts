export {
  type BreakerWindow,
  CircuitBreaker,
  type CircuitBreakerEvents,
  type CircuitBreakerOptions,
  type CircuitBreakerSnapshot,
  type CircuitBreakerStats,
  CircuitOpenError,
  type CircuitState,
  type CircuitStateChange,
  type CircuitStateChangeReason,
  type HalfOpenOptions,
  type RateRule,
} from './circuit-breaker/index.js'
export type { ExecuteOptions, Policy, PolicyContext, PolicyFunction } from './policy/index.js'
