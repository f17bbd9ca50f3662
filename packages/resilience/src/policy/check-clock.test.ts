import type { Clock } from '@base/core/clock'
import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { AdaptiveBulkhead } from '../adaptive-bulkhead/index.js'
import { Bulkhead } from '../bulkhead/index.js'
import { Chaos } from '../chaos/index.js'
import { CircuitBreaker, createCircuitBreakerRegistry } from '../circuit-breaker/index.js'
import { Hedge } from '../hedge/index.js'
import { resilientFetch } from '../http-client/index.js'
import { memoryRateLimitStore, RateLimiter } from '../rate-limiter/index.js'
import { Retry, retryBudget } from '../retry/index.js'
import { Timeout } from '../timeout/index.js'

const makers: [pattern: string, make: (clock: Clock) => unknown][] = [
  ['CircuitBreaker', (clock) => new CircuitBreaker({ clock })],
  ['CircuitBreaker', (clock) => createCircuitBreakerRegistry({ clock })],
  ['Retry', (clock) => new Retry({ clock })],
  ['retryBudget', (clock) => retryBudget({ clock })],
  ['Timeout', (clock) => new Timeout({ clock })],
  ['Bulkhead', (clock) => new Bulkhead({ clock })],
  ['AdaptiveBulkhead', (clock) => new AdaptiveBulkhead({ min: 1, max: 2, clock })],
  ['Hedge', (clock) => new Hedge({ delay: '1s', clock })],
  ['Chaos', (clock) => new Chaos({ rate: 1, enabled: true, clock })],
  ['RateLimiter', (clock) => new RateLimiter({ policies: '1/second', clock })],
  ['memoryRateLimitStore', (clock) => memoryRateLimitStore({ clock })],
  ['resilientFetch', (clock) => resilientFetch({ clock })],
]

describe.each(makers)('the clock of a %s', (pattern, make) => {
  test.each([null, 0, '', {}, Date])('is refused at construction where it is none: %s', (clock) => {
    expect(() => make(clock as never)).toThrow(`${pattern}: clock must be an object with the methods`)
  })

  test('may be left undefined', () => {
    expect(() => make(undefined as never)).not.toThrow()
    expect(() => make(new TestClock())).not.toThrow()
  })
})
