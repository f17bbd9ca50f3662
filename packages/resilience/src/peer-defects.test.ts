import { getEventListeners } from 'node:events'
import { TestClock } from '@base/core/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Bulkhead } from './bulkhead/bulkhead.js'
import { CircuitBreaker } from './circuit-breaker/circuit-breaker.js'
import { Fallback } from './fallback/fallback.js'
import { pipeline } from './pipeline/pipeline.js'
import { constant } from './retry/backoff.js'
import { Retry } from './retry/retry.js'
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

function deferred() {
  let resolve: (value: string) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<string>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('what cockatiel 4 gets wrong', () => {
  test('the late failure of a call from before the recovery does not open the circuit again', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({ failureThreshold: 1, recoveryTimeout: '10s', clock })
    const late = deferred()
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
})

describe('what opossum 10 gets wrong', () => {
  test('the late success of an older call does not close a half-open circuit', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({ failureThreshold: 1, recoveryTimeout: '10s', clock })
    const late = deferred()
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
