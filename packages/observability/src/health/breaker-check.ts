import { invalidOption } from '@base/core/options'
import type { CheckOutcome } from './verdict.js'

/** A circuit breaker, such as that of `@base/resilience`. */
export interface BreakerLike {
  /** `'closed'` lets calls through. */
  readonly state: string
}

/**
 * A check that reads the state of a circuit breaker instead of calling what it protects: a warning while it is not closed, for
 * the service itself is well.
 *
 * @example
 * const health = createHealth({ checks: { payments: { check: breakerCheck(payments) } } })
 *
 * @throws InvalidOptionError for what has no state.
 */
export function breakerCheck(breaker: BreakerLike): () => CheckOutcome {
  if (typeof breaker?.state !== 'string') {
    const place = { package: '@base/observability', pattern: 'breakerCheck', option: 'breaker' }
    throw invalidOption(
      breaker,
      place,
      'an object with a state: of a pipeline, a facade or opossum the CircuitBreaker that is inside',
    )
  }
  return () => ({ status: breaker.state === 'closed' ? 'pass' : 'warn', observedValue: breaker.state })
}
