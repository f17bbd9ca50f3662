import { getEventListeners } from 'node:events'
import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Bulkhead } from './bulkhead/bulkhead.js'
import { CircuitBreaker } from './circuit-breaker/circuit-breaker.js'
import { Fallback } from './fallback/fallback.js'
import { Hedge } from './hedge/hedge.js'
import { pipeline } from './pipeline/pipeline.js'
import { memoryRateLimitStore, RateLimiter, type RateLimitStore } from './rate-limiter/index.js'
import { constant, exponential } from './retry/backoff.js'
import { Retry } from './retry/retry.js'
import { retryBudget } from './retry/retry-budget.js'
import { Timeout } from './timeout/timeout.js'

/** What other libraries get wrong, by their name and ours. Each was seen in the version that is named. */

const down = () => Promise.reject(new Error('down'))
const up = async () => 'up'
const aborted = () => ({ signal: AbortSignal.abort(new Error('not wanted')) })

async function opened(clock: TestClock, failureThreshold = 1) {
  const breaker = new CircuitBreaker({ failureThreshold, recoveryTimeout: '10s', clock })
  for (let call = 0; call < failureThreshold; call++) await breaker.execute(down).catch(() => {})
  return breaker
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('what cockatiel 4 gets wrong', () => {
  test('the late failure of a call from before the recovery does not open the circuit again', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({ failureThreshold: 1, recoveryTimeout: '10s', clock })
    const late = deferred<string>()
    const call = breaker.execute(() => late.promise)
    await breaker.execute(down).catch(() => {})
    await clock.advance('10s')
    await breaker.execute(up)
    late.reject(new Error('late'))
    await expect(call).rejects.toThrow('late')
    expect(breaker.state).toBe('closed')
  })

  test('a retry that is aborted in its pause ends at once, calls nothing again and rejects with the reason', async () => {
    const clock = new TestClock()
    const controller = new AbortController()
    const fn = vi.fn(down)
    const call = new Retry({ clock, backoff: constant(200) }).execute(fn, { signal: controller.signal })
    await clock.advance(100)
    controller.abort(new Error('not wanted'))
    await expect(call).rejects.toThrow('not wanted')
    await clock.advance('1m')
    expect([fn.mock.calls.length, clock.monotonic()]).toEqual([1, 60_100])
  })

  test.each([
    ['retry', new Retry()],
    ['breaker', new CircuitBreaker()],
    ['timeout', new Timeout()],
    ['bulkhead', new Bulkhead()],
    ['fallback', new Fallback({ fallback: up })],
  ])('a signal that has aborted keeps a %s from calling anything', async (_, policy) => {
    const fn = vi.fn(up)
    await expect(policy.execute(fn, aborted())).rejects.toThrow('not wanted')
    expect(fn).not.toHaveBeenCalled()
  })

  test('a timeout of 2^31 ms is not over at once, and NaN is refused', async () => {
    const later = () => new Promise((resolve) => setTimeout(resolve, 5, 'up'))
    expect(await new Timeout({ timeout: 2 ** 31 }).execute(later)).toBe('up')
    expect(() => new Timeout({ timeout: Number.NaN })).toThrow('timeout must be')
  })

  test("the caller's abort is not reported as a timeout", async () => {
    const controller = new AbortController()
    const timeout = new Timeout({ timeout: '10s', clock: new TestClock() })
    const heard = vi.fn()
    timeout.on('timeout', heard)
    const call = timeout.execute(() => new Promise(() => {}), { signal: controller.signal })
    controller.abort(new Error('not wanted'))
    await expect(call).rejects.toThrow('not wanted')
    expect(heard).not.toHaveBeenCalled()
  })

  test('a listener of an opening that throws does not replace the error, nor starve other listeners', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const breaker = new CircuitBreaker({ failureThreshold: 1 })
    const second = vi.fn()
    breaker.on('stateChange', () => {
      throw new Error('no ink')
    })
    breaker.on('stateChange', second)
    await expect(breaker.execute(down)).rejects.toThrow('down')
    expect([second.mock.calls.length, breaker.state]).toEqual([1, 'open'])
  })

  test('while a probe hangs other callers are refused, and do not wait', async () => {
    const clock = new TestClock()
    const breaker = await opened(clock)
    await clock.advance('10s')
    breaker.execute(() => new Promise(() => {}))
    await expect(breaker.execute(up)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' })
  })

  test('an error that is no failure does not close a half-open circuit', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({
      failureThreshold: 1,
      recoveryTimeout: '10s',
      isFailure: (error) => (error as Error).message === 'down',
      clock,
    })
    await breaker.execute(down).catch(() => {})
    await clock.advance('10s')
    await breaker.execute(() => Promise.reject(new Error('not found'))).catch(() => {})
    expect(breaker.state).toBe('half_open')
  })

  test('a time window forgets all that is too old after a long silence', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({
      window: { type: 'time', duration: '5s', failureRate: 0.5, minimumCalls: 5 },
      clock,
    })
    for (let call = 0; call < 4; call++) await breaker.execute(down).catch(() => {})
    await clock.advance('1h')
    await breaker.execute(down).catch(() => {})
    expect(breaker.state).toBe('closed')
  })

  test('a call that is aborted in the queue rejects at once, and not when its turn comes', async () => {
    const bulkhead = new Bulkhead({ maxConcurrent: 1, clock: new TestClock() })
    bulkhead.execute(() => new Promise(() => {}))
    const controller = new AbortController()
    const call = bulkhead.execute(up, { signal: controller.signal })
    controller.abort(new Error('not wanted'))
    await expect(call).rejects.toThrow('not wanted')
  })

  test("the caller's abort opens no circuit and calls no fallback", async () => {
    const fallback = vi.fn()
    const breaker = new CircuitBreaker({ failureThreshold: 1 })
    const controller = new AbortController()
    const policy = pipeline(new Fallback({ fallback }), breaker)
    const call = policy.execute(
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      { signal: controller.signal },
    )
    controller.abort(new Error('not wanted'))
    await expect(call).rejects.toThrow('not wanted')
    expect([breaker.state, fallback.mock.calls.length]).toEqual(['closed', 0])
    expect(getEventListeners(controller.signal, 'abort').length).toBeLessThanOrEqual(1)
  })

  test('a predicate that throws neither hides the error nor keeps the circuit closed', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const breaker = new CircuitBreaker({
      failureThreshold: 1,
      isFailure: () => {
        throw new Error('oops')
      },
    })
    await expect(breaker.execute(down)).rejects.toThrow('down')
    expect(breaker.state).toBe('open')
  })

  test('a retry around a breaker does not hide the real error behind an open circuit', async () => {
    const policy = pipeline(
      new Retry({ maxAttempts: 5, backoff: constant(0) }),
      new CircuitBreaker({ failureThreshold: 2 }),
    )
    const fn = vi.fn(down)
    await expect(policy.execute(fn)).rejects.toThrow('down')
    expect(fn).toHaveBeenCalledTimes(2)
  })

  test('a listener of a success that throws does not make it a failure, nor open the circuit', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const breaker = new CircuitBreaker({ failureThreshold: 1 })
    breaker.on('success', () => {
      throw new Error('no ink')
    })
    expect([await breaker.execute(up), breaker.state]).toEqual(['up', 'closed'])
  })

  test('a newcomer takes no slot that is passed on, and who waits is not refused', async () => {
    const bulkhead = new Bulkhead({ maxConcurrent: 1, maxQueue: 1, clock: new TestClock() })
    const first = deferred<string>()
    const running = bulkhead.execute(() => first.promise)
    const queued = bulkhead.execute(up)
    const barging = running.then(() => bulkhead.execute(up))
    first.resolve('first')
    expect(await Promise.all([queued, barging])).toEqual(['up', 'up'])
  })

  test.each([0, Number.NaN, -1, 1.5, '5'])('a threshold of %s is refused', (failureThreshold) => {
    expect(() => new CircuitBreaker({ failureThreshold: failureThreshold as never })).toThrow(
      'failureThreshold must be',
    )
  })

  test('a backoff of NaN does not hammer: the call ends with its error, and the backoff is reported', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const fn = vi.fn(down)
    const call = new Retry({ maxAttempts: 4, backoff: () => Number.NaN }).execute(fn)
    await expect(call).rejects.toThrow('down')
    expect([fn.mock.calls.length, warn.mock.calls.length]).toEqual([1, 1])
  })

  test('a recoveryTimeout that throws neither hides the error nor keeps the circuit closed', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const breaker = new CircuitBreaker({
      failureThreshold: 1,
      recoveryTimeout: () => {
        throw new Error('oops')
      },
    })
    await expect(breaker.execute(down)).rejects.toThrow('down')
    expect(breaker.state).toBe('open')
  })

  test.each([{ value: 99 }, 'open', { version: 1, state: 'ajar' }])(
    'a breaker does not begin as %j, to fail at every call',
    (initial) => {
      expect(() => new CircuitBreaker({ initial: initial as never })).toThrow('initial must be')
    },
  )

  test('a fallback that fails keeps the first error as its cause', async () => {
    const fallback = new Fallback({ fallback: () => Promise.reject(new Error('also down')) })
    const error = await fallback.execute(down).catch((thrown) => thrown)
    expect([error.message, error.cause.message]).toEqual(['also down', 'down'])
  })

  test('a half-open circuit lets no more calls through than its permits', async () => {
    const clock = new TestClock()
    const breaker = await opened(clock)
    await clock.advance('10s')
    const fn = vi.fn(() => new Promise(() => {}))
    for (let call = 0; call < 100; call++) breaker.execute(fn).catch(() => {})
    expect(fn).toHaveBeenCalledTimes(1)
  })
})

describe('what opossum 10 gets wrong', () => {
  test('the late success of an older call does not close a half-open circuit', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({ failureThreshold: 1, recoveryTimeout: '10s', clock })
    const late = deferred<string>()
    const call = breaker.execute(() => late.promise)
    await breaker.execute(down).catch(() => {})
    await clock.advance('10s')
    breaker.execute(() => new Promise(() => {}))
    late.resolve('late')
    await call
    expect(breaker.state).toBe('half_open')
  })

  test('a hung probe does not wedge a half-open circuit for ever', async () => {
    const clock = new TestClock()
    const breaker = await opened(clock)
    await clock.advance('10s')
    breaker.execute(() => new Promise(() => {}))
    await clock.advance('20s')
    expect(await breaker.execute(up)).toBe('up')
  })

  test('a limit of one runs one at once, also after timeouts', async () => {
    const clock = new TestClock()
    const bulkhead = new Bulkhead({ maxConcurrent: 1, clock })
    const policy = pipeline(bulkhead, new Timeout({ timeout: '1s', clock }))
    let running = 0
    for (let call = 0; call < 5; call++) {
      policy
        .execute(() => {
          running++
          return new Promise(() => {})
        })
        .catch(() => {})
    }
    await clock.advance('4s')
    expect(running).toBe(1)
  })

  test.each([undefined, null])('a function that returns %s succeeds', async (value) => {
    const breaker = new CircuitBreaker({ failureThreshold: 1 })
    expect(await breaker.execute(() => value)).toBe(value)
    expect(breaker.state).toBe('closed')
  })

  test.each(['success', 'failure', 'rejected', 'stateChange'] as const)(
    'a listener of %s that throws never breaks the promise, nor the process',
    async (event) => {
      vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      const breaker = new CircuitBreaker({ failureThreshold: 1 })
      breaker.on(event, () => {
        throw new Error('no ink')
      })
      expect(await breaker.execute(up)).toBe('up')
      await expect(breaker.execute(down)).rejects.toThrow('down')
      await expect(breaker.execute(up)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' })
    },
  )

  test('breakers that are made of the same options do not share what they know', async () => {
    const options = { failureThreshold: 1 }
    const [first, second] = [new CircuitBreaker(options), new CircuitBreaker(options)]
    await first.execute(down).catch(() => {})
    expect([first.state, second.state, options]).toEqual(['open', 'closed', { failureThreshold: 1 }])
  })

  test('a time window keeps counts, and not a number for each of its calls', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({
      window: { type: 'time', duration: '10s', failureRate: 0.5, minimumCalls: 1 },
      clock,
    })
    for (let call = 0; call < 50_000; call++) await breaker.execute(() => call)
    await breaker.execute(down).catch(() => {})
    expect([breaker.state, breaker.stats.successes]).toEqual(['closed', 50_000])
    expect(JSON.stringify(breaker.snapshot()).length).toBeLessThan(200)
  })

  test('one timeout does not abort other calls, nor the next one', async () => {
    const clock = new TestClock()
    const timeout = new Timeout({ timeout: '1s', clock })
    const signals: AbortSignal[] = []
    const hang = () =>
      timeout.execute(({ signal }) => {
        signals.push(signal)
        return new Promise(() => {})
      })
    hang().catch(() => {})
    await clock.advance(500)
    hang().catch(() => {})
    await clock.advance(500)
    hang().catch(() => {})
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false, false])
  })

  test('calls that were refused do not dilute the rate, and closing empties the window', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({
      window: { type: 'count', size: 1_000, failureRate: 0.5, minimumCalls: 1 },
      recoveryTimeout: '10s',
      clock,
    })
    await breaker.execute(down).catch(() => {})
    for (let call = 0; call < 100; call++) await breaker.execute(up).catch(() => {})
    await clock.advance('10s')
    await breaker.execute(up)
    expect(breaker.state).toBe('closed')
    await breaker.execute(down).catch(() => {})
    expect(breaker.state).toBe('open')
  })

  test('what was opened by hand stays open, and a disabled breaker never throws synchronously', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({ clock })
    breaker.isolate()
    await clock.advance('7d')
    await expect(breaker.execute(up)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' })
    breaker.disable()
    const call = breaker.execute(() => {
      throw new Error('down')
    })
    await expect(call).rejects.toThrow('down')
  })
})

describe('what p-retry 9 gets wrong', () => {
  test('a success after the abort is returned', async () => {
    const controller = new AbortController()
    const call = new Retry().execute(
      async () => {
        controller.abort()
        return 'paid'
      },
      { signal: controller.signal },
    )
    expect(await call).toBe('paid')
  })

  test.each(['text', undefined, 7])('a throw of %s is retried, and rethrown as it is', async (thrown) => {
    const fn = vi.fn(() => Promise.reject(thrown))
    const call = new Retry({ backoff: constant(0) }).execute(fn)
    expect(
      await call.then(
        () => 'no error',
        (error) => ({ error }),
      ),
    ).toEqual({ error: thrown })
    expect(fn).toHaveBeenCalledTimes(3)
  })

  test('a TypeError is retried like any error', async () => {
    const fn = vi.fn(() => Promise.reject(new TypeError('bad answer')))
    await expect(new Retry({ backoff: constant(0) }).execute(fn)).rejects.toThrow('bad answer')
    expect(fn).toHaveBeenCalledTimes(3)
  })
})

describe('what p-queue, p-limit and the retries of clients get wrong', () => {
  test('a timeout inside does not free the slot of what still runs (p-queue 10)', async () => {
    const clock = new TestClock()
    const bulkhead = new Bulkhead({ maxConcurrent: 1, clock })
    const late = deferred<string>()
    const call = pipeline(bulkhead, new Timeout({ timeout: '1s', clock })).execute(() => late.promise)
    call.catch(() => {})
    await clock.advance('1s')
    expect(bulkhead.running).toBe(1)
    late.resolve('late')
    await clock.advance(0)
    expect(bulkhead.running).toBe(0)
  })

  test('no call is left pending for ever: all that wait are settled by maxWait (p-limit)', async () => {
    const clock = new TestClock()
    const bulkhead = new Bulkhead({ maxConcurrent: 1, clock })
    bulkhead.execute(() => new Promise(() => {}))
    const waiting = Array.from({ length: 10 }, () => bulkhead.execute(up).catch((error) => error.code))
    await clock.advance('5s')
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['BULKHEAD_FULL']))
  })

  test.each([
    ['timeout', new Timeout()],
    ['retry', new Retry({ backoff: constant(0) })],
    ['breaker', new CircuitBreaker()],
    ['bulkhead', new Bulkhead()],
    ['rate limiter', new RateLimiter({ policies: '100/second' })],
    ['fallback', new Fallback({ fallback: up, handle: () => false })],
    ['hedge', new Hedge({ delay: 0, maxHedges: 2 })],
    [
      'pipeline',
      pipeline(new Timeout(), new Retry({ backoff: constant(0) }), new Timeout({ timeout: '1s' })),
    ],
  ])(
    'the error of a function shows who called it through a %s (p-queue 10, bottleneck 2)',
    async (_, policy) => {
      async function whoCalls(): Promise<unknown> {
        return await policy.execute(async () => {
          await undefined
          throw new Error('down')
        })
      }
      await expect(whoCalls()).rejects.toMatchObject({ stack: expect.stringContaining('whoCalls') })
    },
  )

  test('an attempt that hangs hears the abort (p-retry 9)', async () => {
    const controller = new AbortController()
    const call = new Retry().execute(
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
      { signal: controller.signal },
    )
    controller.abort(new Error('not wanted'))
    await expect(call).rejects.toThrow('not wanted')
  })

  test("the caller's own AbortSignal.timeout is not retried to the end (smithy)", async () => {
    const fn = vi.fn(() => Promise.reject(new Error('down')))
    const controller = new AbortController()
    const timedOut = new DOMException('The operation was aborted due to timeout', 'TimeoutError')
    const retry = new Retry({ maxAttempts: 9, backoff: constant(0) })
    retry.on('retry', ({ attempt }) => attempt === 2 && controller.abort(timedOut))
    await expect(retry.execute(fn, { signal: controller.signal })).rejects.toBe(timedOut)
    expect(fn).toHaveBeenCalledTimes(2)
  })

  test('an empty budget ends the call at once, and is told (grpc-java, AWS SDK)', async () => {
    const retry = new Retry({ budget: retryBudget({ ratio: 0, minPerSecond: 0 }), backoff: constant('1h') })
    const heard = vi.fn()
    retry.on('gaveUp', heard)
    await expect(retry.execute(down)).rejects.toThrow('down')
    expect(heard).toHaveBeenCalledWith(expect.objectContaining({ reason: 'budget', attempts: 1 }))
  })

  test('calls fill a budget again (AWS SDK for Go)', async () => {
    const clock = new TestClock()
    const budget = retryBudget({ ratio: 0.5, minPerSecond: 0 })
    const retry = new Retry({ budget, clock, backoff: constant(0) })
    const fn = vi.fn(down)
    await retry.execute(fn).catch(() => {})
    await retry.execute(up)
    await retry.execute(fn).catch(() => {})
    expect(fn).toHaveBeenCalledTimes(3)
  })

  test.each([1, 31, 32, 33, 63, 64, 1_000, 1_024, 1e6])(
    'the pause after attempt %i neither overflows nor passes its max (Polly, failsafe)',
    (attempt) => {
      const random = () => 0.999
      for (const jitter of ['full', 'equal', 'decorrelated', 'none'] as const) {
        const pause = exponential({ base: '1s', max: '30s', jitter })(attempt, { previous: 30_000, random })
        expect(pause).toBeGreaterThanOrEqual(0)
        expect(pause).toBeLessThanOrEqual(30_000)
      }
    },
  )
})

describe('what resilience4j, failsafe and Polly get wrong', () => {
  test('the refusal of a bulkhead inside does not speak against the dependency (resilience4j)', async () => {
    const breaker = new CircuitBreaker({ failureThreshold: 1 })
    const policy = pipeline(breaker, new Bulkhead({ maxConcurrent: 1, maxQueue: 0 }))
    policy.execute(() => new Promise(() => {}))
    await expect(policy.execute(up)).rejects.toMatchObject({ code: 'BULKHEAD_FULL' })
    expect(breaker.state).toBe('closed')
  })

  test('an ignored error gives its permit back, and no more than it had (resilience4j, failsafe)', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({
      failureThreshold: 1,
      recoveryTimeout: '10s',
      isFailure: (error) => (error as Error).message === 'down',
      clock,
    })
    await breaker.execute(down).catch(() => {})
    await clock.advance('10s')
    for (let probe = 0; probe < 3; probe++)
      await breaker.execute(() => Promise.reject(new Error('not found'))).catch(() => {})
    const fn = vi.fn(() => new Promise(() => {}))
    for (let call = 0; call < 5; call++) breaker.execute(fn).catch(() => {})
    expect(fn).toHaveBeenCalledTimes(1)
  })

  test('half-open never asks for the minimum of calls (resilience4j)', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({
      window: { type: 'count', size: 100, failureRate: 0.5, minimumCalls: 10 },
      recoveryTimeout: '10s',
      clock,
    })
    for (let call = 0; call < 10; call++) await breaker.execute(down).catch(() => {})
    await clock.advance('10s')
    await breaker.execute(down).catch(() => {})
    expect(breaker.state).toBe('open')
  })

  test('asking for the state that is there tells nobody (resilience4j, Polly)', () => {
    const breaker = new CircuitBreaker()
    const heard = vi.fn()
    breaker.on('stateChange', heard)
    breaker.close()
    breaker.disable()
    breaker.disable()
    expect(heard).toHaveBeenCalledTimes(1)
  })

  test('a timeout around a retry ends the retries within (failsafe)', async () => {
    const clock = new TestClock()
    const fn = vi.fn(down)
    const policy = pipeline(
      new Timeout({ timeout: '90s', clock }),
      new Retry({ maxAttempts: Number.POSITIVE_INFINITY, backoff: constant('1m'), clock }),
    )
    const code = policy.execute(fn).catch((error) => error.code)
    await clock.advance('1h')
    expect([await code, fn.mock.calls.length, clock.pending]).toEqual(['TIMEOUT', 2, 0])
  })
})

describe('what rate-limiter-flexible 11 gets wrong', () => {
  const limited = (policies: ConstructorParameters<typeof RateLimiter>[0]['policies']) => {
    const clock = new TestClock()
    return { clock, limiter: new RateLimiter({ policies, clock }) }
  }

  test('a window of 30 days is one, and not a timer of 1 ms (#71, #231)', async () => {
    for (const algorithm of ['gcra', 'sliding_log', 'sliding_window', 'fixed_window'] as const) {
      const { clock, limiter } = limited([{ limit: 2, window: '30d', algorithm }])
      const allowed = []
      for (let call = 0; call < 5; call++) {
        allowed.push((await limiter.consume('a')).allowed)
        await clock.advance('1s')
      }
      expect(allowed).toEqual([true, true, false, false, false])
    }
  })

  test.each([Number.NaN, -5, '1', 0.5])('a cost of %j is refused, and not spent', async (cost) => {
    const { limiter } = limited('6/minute')
    await expect(limiter.consume('a', { cost: cost as number })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    })
    expect((await limiter.consume('a')).policies[0]?.remaining).toBe(5)
  })

  test('a call that is denied adds nothing (#286)', async () => {
    const { limiter } = limited('10/minute')
    await limiter.consume('a', { cost: 4 })
    await limiter.consume('a', { cost: 100 })
    expect((await limiter.consume('a')).policies[0]?.remaining).toBe(5)
  })

  test('what one of two policies denies is not charged to the other', async () => {
    const { limiter } = limited(['10/minute', '1/hour'])
    for (let call = 0; call < 6; call++) await limiter.consume('a')
    expect((await limiter.peek('a')).policies.map(({ remaining }) => remaining)).toEqual([9, 0])
  })

  test('around the end of a second no more than the limit pass, where the algorithm promises it', async () => {
    for (const algorithm of ['gcra', 'sliding_log'] as const) {
      const { clock, limiter } = limited([{ limit: 10, window: '1s', algorithm }])
      await clock.advance(925)
      let allowed = 0
      for (let call = 0; call < 30; call++) {
        if ((await limiter.consume('a')).allowed) allowed++
        await clock.advance(5)
      }
      // What paces has given one back after 100 ms.
      expect(allowed).toBeLessThanOrEqual(11)
    }
  })

  test('names and keys that join to one text have counts of their own', async () => {
    const store = memoryRateLimitStore({ clock: new TestClock() })
    const of = (name: string) => new RateLimiter({ name, policies: '1/hour', store })
    await of('a').consume('b:c')
    expect((await of('a:b').consume('c')).allowed).toBe(true)
  })

  test('a dead store with a replacement does not hang', async () => {
    const clock = new TestClock()
    const hangs = () => new Promise<never>(() => {})
    const store: RateLimitStore = { consume: hangs, reset: hangs, block: hangs }
    const replacement = memoryRateLimitStore({ clock })
    const limiter = new RateLimiter({ policies: '1/hour', store, whenStoreFails: replacement, clock })
    const call = limiter.consume('a')
    await clock.advance('1s')
    expect(await call).toMatchObject({ allowed: true, degraded: true })
  })
})

describe('what @upstash/ratelimit 2 gets wrong', () => {
  test.each(['token_bucket', 'sliding_window'] as const)(
    'a %s is not drained by what it denies',
    async (algorithm) => {
      const limiter = new RateLimiter({
        policies: [{ limit: 5, window: '1h', algorithm }],
        clock: new TestClock(),
      })
      const left = []
      for (let call = 0; call < 3; call++) {
        const { allowed, policies } = await limiter.consume('a', { cost: 4 })
        left.push(allowed, policies[0]?.remaining)
      }
      expect(left).toEqual([true, 1, false, 1, false, 1])
    },
  )
})
describe('what hedges of others get wrong', () => {
  test('a failure puts the delay off: the next hedge is due a whole delay later (grpc-java)', async () => {
    const clock = new TestClock()
    const starts: number[] = []
    const hedge = new Hedge({ delay: 100, maxHedges: 2, clock })
    const call = hedge.execute(async ({ signal }) => {
      const attempt = starts.push(clock.monotonic())
      await clock.sleep(attempt === 1 ? 90 : 1_000, { signal })
      if (attempt === 1) throw new Error('down')
      return attempt
    })
    await clock.advance('2s')
    expect([await call, starts]).toEqual([2, [0, 90, 190]])
  })

  test("a hedge has a signal of its own, and does not begin with a loser's that has aborted (Polly)", async () => {
    const clock = new TestClock()
    const policy = pipeline(new Hedge({ delay: '1h', clock }), new Timeout({ timeout: 50, clock }))
    const aborted: boolean[] = []
    const call = policy.execute(async ({ signal }) => {
      aborted.push(signal.aborted)
      await clock.sleep(aborted.length === 1 ? 100 : 10, { signal })
      return 'second'
    })
    await clock.advance(60)
    expect([await call, aborted]).toEqual(['second', [false, false]])
  })
})
