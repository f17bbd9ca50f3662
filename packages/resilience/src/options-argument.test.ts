import { systemClock } from '@base/core/clock'
import { type Door, describeDoors, describeSignals } from '@base-internal/tools/wrong-options'
import { expect, test } from 'vitest'
import { AdaptiveBulkhead } from './adaptive-bulkhead/index.js'
import { Bulkhead } from './bulkhead/index.js'
import { Chaos } from './chaos/index.js'
import { CircuitBreaker, createCircuitBreakerRegistry } from './circuit-breaker/index.js'
import { Fallback } from './fallback/index.js'
import { Hedge, percentile } from './hedge/index.js'
import { resilientFetch } from './http-client/index.js'
import { memoryRateLimitStore, RateLimiter } from './rate-limiter/index.js'
import { exponential, linear, Retry, retryBudget } from './retry/index.js'
import { Timeout } from './timeout/index.js'

const limiter = new RateLimiter({ policies: '10/minute', clock: systemClock })

/** What takes options, and the pattern that its errors name. */
const DOORS: readonly Door[] = [
  ['AdaptiveBulkhead', (options) => new AdaptiveBulkhead(options)],
  ['Bulkhead', (options) => new Bulkhead(options)],
  ['Chaos', (options) => new Chaos(options)],
  ['CircuitBreaker', (options) => new CircuitBreaker(options)],
  ['createCircuitBreakerRegistry', createCircuitBreakerRegistry],
  ['Fallback', (options) => new Fallback(options)],
  ['Hedge', (options) => new Hedge(options)],
  ['percentile', (options) => percentile(95, options)],
  ['resilientFetch', resilientFetch],
  ['RateLimiter', (options) => new RateLimiter(options)],
  ['RateLimiter.consume', (options) => limiter.consume('k', options)],
  ['RateLimiter.peek', (options) => limiter.peek('k', options)],
  ['RateLimiter.reset', (options) => limiter.reset('k', options)],
  ['RateLimiter.block', (options) => limiter.block('k', '1s', options)],
  ['memoryRateLimitStore', memoryRateLimitStore],
  ['Retry', (options) => new Retry(options)],
  ['exponential', exponential],
  ['linear', linear],
  ['retryBudget', retryBudget],
  ['Timeout', (options) => new Timeout(options)],
  ['Policy.execute', (options) => new Timeout().execute(() => 1, options)],
]

describeDoors(DOORS, (pattern) => ({
  details: { package: '@base/resilience', pattern, option: 'options', allowed: 'an object' },
}))

describeSignals(DOORS.filter(([owner]) => /^(Policy|RateLimiter)\./.test(owner)))

// Null is one, as for fetch.
test.each([new AbortController(), {}, true])(
  'resilientFetch refuses %s in place of a signal',
  async (signal) => {
    await expect(resilientFetch()('http://a.test', { signal: signal as never })).rejects.toThrow(
      '@base/resilience resilientFetch: signal must be an AbortSignal',
    )
  },
)
