export { CircuitBreaker, type CircuitBreakerStats } from './circuit-breaker.js'
export { CircuitOpenError } from './errors.js'
export type { CircuitBreakerEvents, CircuitStateChange, CircuitStateChangeReason } from './events.js'
export type { CircuitBreakerOptions, HalfOpenOptions } from './options.js'
export {
  type CircuitBreakerRegistry,
  type CircuitBreakerRegistryOptions,
  createCircuitBreakerRegistry,
} from './registry.js'
export type { CircuitBreakerSnapshot, CircuitState } from './snapshot.js'
export type { BreakerWindow, RateRule } from './window.js'
