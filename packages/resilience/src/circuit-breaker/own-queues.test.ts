import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { Bulkhead } from '../bulkhead/index.js'
import { pipeline } from '../pipeline/index.js'
import type { Policy, PolicyContext } from '../policy/index.js'
import { memoryRateLimitStore, RateLimiter, type RateLimitStore } from '../rate-limiter/index.js'
import { Timeout } from '../timeout/index.js'
import { CircuitBreaker } from './index.js'
import { openBreaker } from './test-breakers.js'

/** Never answers. */
function hungStore(clock: TestClock): RateLimitStore {
  return Object.assign(memoryRateLimitStore({ clock }), { consume: () => new Promise<never>(() => {}) })
}

const onlySlow = {
  window: { type: 'count', size: 4, failureRate: 1, minimumCalls: 1 },
  slowCall: { duration: '1s', rate: 1 },
} as const

/** A bulkhead of one, whose slot is taken for so long. */
function busyBulkhead(clock: TestClock, duration: string): Bulkhead {
  const bulkhead = new Bulkhead({ maxConcurrent: 1, clock })
  bulkhead.execute(() => clock.sleep(duration as '1s'))
  return bulkhead
}

/** A limiter that has let one call pass, and the next one after a second. */
function spentLimiter(clock: TestClock): RateLimiter {
  const limiter = new RateLimiter({ policies: '1/second', maxWait: '5s', clock })
  limiter.execute(() => {})
  return limiter
}

describe('CircuitBreaker around a queue of ours', () => {
  describe('a call that a timeout gives up before it reached the dependency', () => {
    test.each<[string, (clock: TestClock) => Policy]>([
      ['in the line of a bulkhead', (clock) => busyBulkhead(clock, '1m')],
      ['in the line of a rate limiter', spentLimiter],
      [
        'while a store of limits is asked',
        (clock) =>
          new RateLimiter({ policies: '1/second', store: hungStore(clock), storeTimeout: '1m', clock }),
      ],
      [
        'within another timeout',
        (clock) => pipeline(new Timeout({ timeout: '1m', clock }), busyBulkhead(clock, '1m')),
      ],
    ])('is no failure: %s', async (_, queueOf) => {
      const clock = new TestClock()
      const breaker = new CircuitBreaker({ failureThreshold: 1, clock })
      const policy = pipeline(new Timeout({ timeout: 500, clock }), breaker, queueOf(clock))
      let called = 0
      const code = policy.execute(() => called++).catch((error) => error.code)
      await clock.advance(500)
      expect([await code, called]).toEqual(['TIMEOUT', 0])
      expect([breaker.state, breaker.stats]).toMatchObject(['closed', { failures: 0, ignored: 1 }])
    })

    test('gives the permit of a probe back', async () => {
      const clock = new TestClock()
      const breaker = await openBreaker({ clock })
      await clock.advance('10s')
      const policy = pipeline(new Timeout({ timeout: 500, clock }), breaker, busyBulkhead(clock, '1s'))
      const code = policy.execute(() => 'up').catch((error) => error.code)
      await clock.advance('1s')
      expect([await code, breaker.state]).toEqual(['TIMEOUT', 'half_open'])
      expect([await policy.execute(() => 'up'), breaker.state]).toEqual(['up', 'closed'])
    })
  })

  test('a call that has left the queue counts: with the timeout around it, and with one between', async () => {
    const clock = new TestClock()
    const hang = ({ signal }: PolicyContext) => clock.sleep('1m', { signal })
    const around = new CircuitBreaker({ failureThreshold: 1, clock })
    const between = new CircuitBreaker({ failureThreshold: 1, clock })
    const timeout = new Timeout({ timeout: 500, clock })
    const calls = [
      pipeline(timeout, around, busyBulkhead(clock, '100ms')).execute(hang),
      pipeline(between, timeout, busyBulkhead(clock, '1m')).execute(hang),
    ]
    const codes = calls.map((call) => call.catch((error: { code: string }) => error.code))
    await clock.advance(500)
    expect(await Promise.all(codes)).toEqual(['TIMEOUT', 'TIMEOUT'])
    expect([around.state, between.state]).toEqual(['open', 'open'])
  })

  describe('slowCall', () => {
    async function probing(clock: TestClock): Promise<CircuitBreaker> {
      const breaker = await openBreaker({ ...onlySlow, failureThreshold: undefined, clock })
      await clock.advance('10s')
      return breaker
    }

    test.each<[string, (clock: TestClock) => CircuitBreaker | Promise<CircuitBreaker>]>([
      ['closed', (clock) => new CircuitBreaker({ ...onlySlow, clock })],
      ['half-open', probing],
    ])('of a %s circuit leaves out what a call waits in the queue', async (_, breakerOf) => {
      const clock = new TestClock()
      const breaker = await breakerOf(clock)
      const policy = pipeline(
        breaker,
        new Timeout({ timeout: '1m', clock }),
        spentLimiter(clock),
        busyBulkhead(clock, '2s'),
      )
      const call = policy.execute(() => clock.sleep(900))
      await clock.advance('1s')
      await clock.advance('1s')
      await clock.advance(900)
      await call
      expect([breaker.state, breaker.stats]).toMatchObject(['closed', { slow: 0, successes: 1 }])
    })

    test('leaves out nothing that a call has waited before', async () => {
      const clock = new TestClock()
      const breaker = new CircuitBreaker({ ...onlySlow, clock })
      const call = pipeline(busyBulkhead(clock, '1s'), breaker).execute(() => clock.sleep('1s'))
      await clock.advance('1s')
      await clock.advance('1s')
      await call
      expect(breaker.stats.slow).toBe(1)
    })
  })
})
