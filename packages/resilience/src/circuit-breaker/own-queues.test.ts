import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { AdaptiveBulkhead } from '../adaptive-bulkhead/index.js'
import { Bulkhead } from '../bulkhead/index.js'
import { pipeline } from '../pipeline/index.js'
import type { Policy, PolicyContext } from '../policy/index.js'
import { memoryRateLimitStore, RateLimiter, type RateLimitStore } from '../rate-limiter/index.js'
import { constant, Retry } from '../retry/index.js'
import { Timeout } from '../timeout/index.js'
import { CircuitBreaker } from './index.js'
import { openBreaker } from './test-breakers.js'

/** Answers so late. */
function lateStore(clock: TestClock, duration: string): RateLimitStore {
  const store = memoryRateLimitStore({ clock })
  const consume: RateLimitStore['consume'] = async (...asked) => {
    await clock.sleep(duration as '1s')
    return memoryRateLimitStore({ clock }).consume(...asked)
  }
  return Object.assign(store, { consume })
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

/** A bulkhead of one: its slot passes on after 100 ms, to a call that holds it for so long, and others wait. */
function movingBulkhead(clock: TestClock, duration: string): Bulkhead {
  const bulkhead = busyBulkhead(clock, '100ms')
  bulkhead.execute(() => clock.sleep(duration as '1s'))
  return bulkhead
}

/** Somebody else's, which takes a second whoever gives up. */
function lingering(clock: TestClock): Policy {
  return { execute: (fn) => clock.sleep('1s').then(fn as () => never), wrap: () => expect.fail() }
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
      ['in the line of a bulkhead', (clock) => movingBulkhead(clock, '1m')],
      ['in the line of a rate limiter', spentLimiter],
      [
        'while a store of limits is asked',
        (clock) =>
          new RateLimiter({
            policies: '1/second',
            store: lateStore(clock, '30s'),
            storeTimeout: '1m',
            clock,
          }),
      ],
      [
        'within another timeout',
        (clock) => pipeline(new Timeout({ timeout: '1m', clock }), movingBulkhead(clock, '1m')),
      ],
    ])('is no failure: %s', async (_, queueOf) => {
      const clock = new TestClock()
      const breaker = new CircuitBreaker({ failureThreshold: 1, clock })
      const policy = pipeline(new Timeout({ timeout: 500, clock }), breaker, queueOf(clock))
      let called = 0
      const code = policy.execute(() => called++).catch((error) => error.code)
      await clock.advance(100)
      await clock.advance(400)
      expect([await code, called]).toEqual(['TIMEOUT', 0])
      expect([breaker.state, breaker.stats]).toMatchObject(['closed', { failures: 0, ignored: 1 }])
    })

    test.each<[string, (clock: TestClock) => Policy]>([
      ['a bulkhead', (clock) => busyBulkhead(clock, '1m')],
      ['a rate limiter', (clock) => new RateLimiter({ policies: '1/second', clock })],
    ])('is no failure where it comes to %s after that', async (_, queueOf) => {
      const clock = new TestClock()
      const breaker = new CircuitBreaker({ failureThreshold: 1, clock })
      const policy = pipeline(new Timeout({ timeout: 500, clock }), lingering(clock), breaker, queueOf(clock))
      const code = policy.execute(() => 'up').catch((error) => error.code)
      await clock.advance('1s')
      expect([await code, breaker.state, breaker.stats.ignored]).toEqual(['TIMEOUT', 'closed', 1])
    })

    test('gives the permit of a probe back', async () => {
      const clock = new TestClock()
      const breaker = await openBreaker({ clock })
      await clock.advance('10s')
      const policy = pipeline(new Timeout({ timeout: 500, clock }), breaker, movingBulkhead(clock, '900ms'))
      const code = policy.execute(() => 'up').catch((error) => error.code)
      await clock.advance(100)
      await clock.advance(900)
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

  test('a call that hangs counts, where an attempt before it had not left the queue', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({ failureThreshold: 1, clock })
    const policy = pipeline(
      new Timeout({ timeout: 1_500, clock }),
      breaker,
      new Retry({ backoff: constant(0), clock }),
      new Timeout({ timeout: 900, clock }),
      movingBulkhead(clock, '900ms'),
    )
    const code = policy.execute(({ signal }) => clock.sleep('1m', { signal })).catch((error) => error.code)
    for (const duration of [100, 800, 100, 500]) await clock.advance(duration)
    expect([await code, breaker.state]).toEqual(['TIMEOUT', 'open'])
  })

  describe('a dependency that hangs, behind a bulkhead whose calls do not come back', () => {
    const bulkheads: [string, (clock: TestClock) => Policy][] = [
      ['Bulkhead', (clock) => new Bulkhead({ maxConcurrent: 3, clock })],
      ['AdaptiveBulkhead', (clock) => new AdaptiveBulkhead({ min: 3, max: 3, clock })],
    ]
    const hang = () => new Promise<never>(() => {})
    const codeOf = (call: Promise<unknown>) => call.catch((error: { code: string }) => error.code)

    test.each(bulkheads)('opens the circuit, though most only wait: %s', async (_, bulkheadOf) => {
      const clock = new TestClock()
      const breaker = new CircuitBreaker({ clock })
      const policy = pipeline(new Timeout({ timeout: '1s', clock }), breaker, bulkheadOf(clock))
      const codes: unknown[] = []
      // The first three never end: those behind them tell.
      for (let call = 0; call < 9; call++) {
        const code = codeOf(policy.execute(hang))
        await clock.advance('1s')
        codes.push(await code)
      }
      expect(codes).toEqual([...Array(8).fill('TIMEOUT'), 'CIRCUIT_OPEN'])
    })

    test.each(bulkheads)('opens it in the recommended order, too: %s', async (_, bulkheadOf) => {
      const clock = new TestClock()
      const breaker = new CircuitBreaker({ clock })
      const policy = pipeline(
        new Timeout({ timeout: '10s', clock }),
        new Retry({ maxAttempts: 2, backoff: constant(0), clock }),
        breaker,
        bulkheadOf(clock),
        new Timeout({ timeout: '2s', clock }),
      )
      const codes: Promise<unknown>[] = []
      for (let call = 0; call < 30; call++) {
        codes.push(codeOf(policy.execute(hang)))
        await clock.advance('500ms')
      }
      expect(breaker.state).toBe('open')
      await clock.advance('10s')
      expect((await Promise.all(codes)).at(-1)).toBe('CIRCUIT_OPEN')
    })
  })

  describe('the time of a probe', () => {
    async function probing(queueOf: (clock: TestClock) => Policy, permits = 1) {
      const clock = new TestClock()
      const breaker = await openBreaker({ clock, halfOpen: { timeout: '1s', permits } })
      await clock.advance('10s')
      const policy = pipeline(breaker, queueOf(clock))
      const probe = policy
        .execute(() => clock.sleep(900).then(() => 'up'))
        .catch((error: { code: string }) => error.code)
      return { clock, breaker, probe }
    }
    const refused = (breaker: CircuitBreaker) => breaker.execute(() => 'up').catch((error) => error)

    test.each<[string, (clock: TestClock) => Policy]>([
      ['a bulkhead', (clock) => movingBulkhead(clock, '900ms')],
      ['a rate limiter', spentLimiter],
    ])('begins after its wait in the queue of %s', async (_, queueOf) => {
      const { clock, breaker, probe } = await probing(queueOf)
      for (const duration of [100, 900, 100, 700]) {
        await clock.advance(duration)
        await refused(breaker)
        expect(breaker.state).toBe('half_open')
      }
      await clock.advance(100)
      expect([await probe, breaker.state]).toEqual(['up', 'closed'])
    })

    test('goes on while the queue stands still: since it moved last', async () => {
      const { clock, breaker, probe } = await probing((clock) => movingBulkhead(clock, '1m'))
      await clock.advance(100)
      await clock.advance(999)
      await refused(breaker)
      expect(breaker.state).toBe('half_open')
      await clock.advance(11)
      expect([(await refused(breaker)).retryAfter, breaker.state]).toEqual([9_990, 'open'])
      await clock.advance('5s')
      expect(await probe).toBe('BULKHEAD_FULL')
    })

    test('is over for one that hangs, though an earlier one waits', async () => {
      const { clock, breaker } = await probing(spentLimiter, 2)
      const hung = new RateLimiter({ policies: '1/second', maxWait: '10s', clock })
      pipeline(breaker, hung).execute(() => new Promise(() => {}))
      await clock.advance('1s')
      await refused(breaker)
      expect(breaker.state).toBe('open')
    })
  })

  describe('slowCall', () => {
    async function probing(clock: TestClock): Promise<CircuitBreaker> {
      const breaker = await openBreaker({ ...onlySlow, failureThreshold: undefined, clock })
      await clock.advance('10s')
      return breaker
    }

    const circuits: [string, (clock: TestClock) => CircuitBreaker | Promise<CircuitBreaker>][] = [
      ['closed', (clock) => new CircuitBreaker({ ...onlySlow, clock })],
      ['half-open', probing],
    ]

    test.each(circuits)('of a %s circuit leaves out what a call waits in the queue', async (_, breakerOf) => {
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

    test('leaves out the wait for a slot that a larger limit brings', async () => {
      const clock = new TestClock()
      const breaker = new CircuitBreaker({ ...onlySlow, clock })
      const bulkhead = busyBulkhead(clock, '1m')
      const call = pipeline(breaker, bulkhead).execute(() => clock.sleep(900))
      await clock.advance('2s')
      bulkhead.resize(2)
      await clock.advance(900)
      await call
      expect(breaker.stats).toMatchObject({ slow: 0, successes: 1 })
    })

    test('leaves out what a store of limits takes', async () => {
      const clock = new TestClock()
      const breaker = new CircuitBreaker({ ...onlySlow, clock })
      const store = lateStore(clock, '2s')
      const limiter = new RateLimiter({ policies: '1/second', store, storeTimeout: '1m', clock })
      const call = pipeline(breaker, limiter).execute(() => clock.sleep(900))
      await clock.advance('2s')
      await clock.advance(900)
      await call
      expect(breaker.stats).toMatchObject({ slow: 0, successes: 1 })
    })

    test.each(circuits)(
      'of a %s circuit leaves out nothing that a call has waited before',
      async (_, breakerOf) => {
        const clock = new TestClock()
        const breaker = await breakerOf(clock)
        const call = pipeline(busyBulkhead(clock, '1s'), breaker).execute(() => clock.sleep('1s'))
        await clock.advance('1s')
        await clock.advance('1s')
        await call
        expect(breaker.stats.slow).toBe(1)
      },
    )
  })
})
