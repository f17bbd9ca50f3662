import { describe, expect, test } from 'vitest'
import { AdaptiveBulkhead } from '../adaptive-bulkhead/index.js'
import { Bulkhead } from '../bulkhead/index.js'
import { Chaos } from '../chaos/index.js'
import { CircuitBreaker, createCircuitBreakerRegistry } from '../circuit-breaker/index.js'
import { Fallback } from '../fallback/index.js'
import { Hedge } from '../hedge/index.js'
import { resilientFetch } from '../http-client/index.js'
import { RateLimiter } from '../rate-limiter/index.js'
import { Retry } from '../retry/index.js'
import { Timeout } from '../timeout/index.js'

type Random = () => number

const makers: [pattern: string, make: (random: Random) => unknown][] = [
  ['CircuitBreaker', (random) => new CircuitBreaker({ random })],
  ['CircuitBreaker', (random) => createCircuitBreakerRegistry({ random })],
  ['Retry', (random) => new Retry({ random })],
  ['Timeout', (random) => new Timeout({ random })],
  ['Bulkhead', (random) => new Bulkhead({ random })],
  ['AdaptiveBulkhead', (random) => new AdaptiveBulkhead({ min: 1, max: 2, random })],
  ['Fallback', (random) => new Fallback({ fallback: () => 1, random })],
  ['Hedge', (random) => new Hedge({ delay: '1s', random })],
  ['Chaos', (random) => new Chaos({ rate: 1, enabled: true, random })],
  ['RateLimiter', (random) => new RateLimiter({ policies: '1/second', random })],
  ['resilientFetch', (random) => resilientFetch({ retry: false, random })],
]

describe.each(makers)('the random of a %s', (pattern, make) => {
  test.each([null, 0, '', {}])('is refused at construction where it is none: %s', (random) => {
    expect(() => make(random as never)).toThrow(`${pattern}: random must be a function`)
  })

  test('may be left undefined', () => {
    expect(() => make(undefined as never)).not.toThrow()
    expect(() => make(() => 0)).not.toThrow()
  })
})
