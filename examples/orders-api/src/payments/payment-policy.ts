import { toMilliseconds } from '@base/core/duration'
import { Bulkhead } from '@base/resilience/bulkhead'
import { CircuitBreaker } from '@base/resilience/circuit-breaker'
import { type Pipeline, pipeline } from '@base/resilience/pipeline'
import { exponential, Retry, retryBudget } from '@base/resilience/retry'
import { Timeout } from '@base/resilience/timeout'
import type { Config } from '../config.ts'

/** The settings of {@link paymentPolicy}. */
export type PaymentSettings = Pick<Config, 'paymentTimeout' | 'paymentRecovery'>

const ATTEMPTS = 3

/** What stands between us and the gateway, the outermost first. */
export function paymentPolicy({
  paymentTimeout: timeout,
  paymentRecovery: recoveryTimeout,
}: PaymentSettings): Pipeline {
  return pipeline(
    // For all attempts, their pauses and the wait for a slot.
    new Timeout({ name: 'payments', timeout: (ATTEMPTS + 1) * toMilliseconds(timeout) }),
    // Safe, for each payment has a key: the gateway takes it once, however often it is asked.
    new Retry({
      name: 'payments',
      maxAttempts: ATTEMPTS,
      backoff: exponential({ base: '50ms', max: '1s' }),
      budget: retryBudget({ ratio: 0.2, minPerSecond: 10 }),
    }),
    new CircuitBreaker({ name: 'payments', failureThreshold: 5, recoveryTimeout }),
    new Bulkhead({ name: 'payments', maxConcurrent: 20, maxQueue: 200, maxWait: timeout }),
    new Timeout({ name: 'payment', timeout }),
  )
}
