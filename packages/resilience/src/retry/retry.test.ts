import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { getEventListeners } from 'node:events'
import { deadline, runInContext } from '@base/core/context'
import type { Duration } from '@base/core/duration'
import { AppError, type ErrorKind, NotFoundError, UnavailableError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CircuitBreaker } from '../circuit-breaker/index.js'
import { Hedge } from '../hedge/index.js'
import { pipeline } from '../pipeline/index.js'
import {
  attemptsOf,
  type Backoff,
  constant,
  delays,
  exponential,
  linear,
  Retry,
  type RetryOptions,
  retryBudget,
} from './index.js'

/** Fails so many times, then gives 'up'. */
function failing(times: number, error: unknown = new Error('down')) {
  let calls = 0
  return vi.fn(async () => {
    calls++
    if (calls <= times) throw error
    return 'up'
  })
}

/** Fails with these in turn, then gives 'up'. */
function failingWith(...errors: unknown[]) {
  let calls = 0
  return vi.fn(async () => {
    if (calls < errors.length) throw errors[calls++]
    return 'up'
  })
}

const openCircuit = () => new UnavailableError({ code: 'CIRCUIT_OPEN' })

/** The outcome of a call, however long its pauses are. */
async function outcome<T>(clock: TestClock, promise: Promise<T>) {
  const settled = promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  await clock.runAll()
  return settled
}

afterEach(() => {
  vi.restoreAllMocks()
})

/** Whatever is read of it throws: its getters, or a Proxy that was revoked. */
function hostile(): [what: string, value: object][] {
  const refuse = (): never => {
    throw new TypeError('not to be read')
  }
  const traps = { get: refuse, getPrototypeOf: refuse, has: refuse }
  const withGetter = (name: string) => Object.defineProperty(new Error('down'), name, { get: refuse })
  return [
    ...['name', 'code', 'kind', 'retryAfter', 'response', 'headers', 'cause'].map(
      (name): [string, object] => [`a getter of ${name}`, withGetter(name)],
    ),
    ['headers that refuse', Object.assign(new Error('down'), { headers: { get: refuse } })],
    ['a Proxy', new Proxy(new Error('down'), traps)],
  ]
}

describe('Retry', () => {
  test('takes a clock whose timers are there at once', async () => {
    const clock = Object.assign(new TestClock(), {
      schedule: (_: number, fn: () => void) => {
        fn()
        return { cancel() {}, ref() {}, unref() {} }
      },
    })
    const fn = vi.fn().mockRejectedValueOnce(new Error('no')).mockResolvedValueOnce(7)
    const { signal } = new AbortController()
    expect(await new Retry({ clock }).execute(fn, { signal })).toBe(7)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('makes three attempts in all, a second and two seconds apart before jitter', async () => {
    const clock = new TestClock()
    const retry = new Retry({ clock, random: () => 0.999_999 })
    const pauses: number[] = []
    retry.on('retry', ({ pause }) => pauses.push(pause))
    const error = new Error('down')
    const fn = failing(3, error)
    expect(await outcome(clock, retry.execute(fn))).toEqual({ error })
    expect([fn.mock.calls.length, pauses, attemptsOf(error)]).toEqual([3, [1_000, 2_000], 3])
  })

  test('returns the first success, and counts attempts from 1', async () => {
    const clock = new TestClock()
    const attempts: number[] = []
    const call = new Retry({ clock, maxAttempts: 5 }).execute(({ attempt }) => {
      attempts.push(attempt)
      if (attempt < 3) throw new Error('down')
      return attempt
    })
    expect(await outcome(clock, call)).toEqual({ value: 3 })
    expect(attempts).toEqual([1, 2, 3])
  })

  test('wraps a method, which keeps its object and is tried again', async () => {
    const retry = new Retry({ backoff: constant(0) })
    const account = {
      calls: 0,
      pay: retry.wrap(async function (this: { calls: number }, amount: number) {
        if (++this.calls < 3) throw new Error('down')
        return amount
      }),
    }
    expect([await account.pay(7), account.calls]).toEqual([7, 3])
  })

  test('rethrows the last error, and not the first', async () => {
    const errors = [new Error('first'), new Error('second'), new Error('third')]
    await expect(new Retry({ backoff: constant(0) }).execute(failingWith(...errors))).rejects.toBe(errors[2])
    expect(errors.map(attemptsOf)).toEqual([0, 0, 3])
  })

  test('an error that is thrown synchronously is rethrown like any other', async () => {
    const error = new NotFoundError()
    const call = new Retry({ maxAttempts: 1 }).execute(() => {
      throw error
    })
    await expect(call).rejects.toBe(error)
  })

  test('an inner retry in a pipeline counts its own attempts', async () => {
    const retry = () => new Retry({ maxAttempts: 2, backoff: constant(0) })
    const attempts: number[] = []
    const call = pipeline(retry(), retry()).execute(({ attempt }) => {
      attempts.push(attempt)
      throw new Error('down')
    })
    await expect(call).rejects.toThrow('down')
    expect(attempts).toEqual([1, 2, 1, 2])
  })

  test('an inner retry counts its own attempts', async () => {
    const retry = () => new Retry({ maxAttempts: 2, backoff: constant(0) })
    const attempts: number[] = []
    const call = retry().execute(() =>
      retry().execute(({ attempt }) => {
        attempts.push(attempt)
        throw new Error('down')
      }),
    )
    await expect(call).rejects.toThrow('down')
    expect(attempts).toEqual([1, 2, 1, 2])
  })

  test.each([
    ['not_found', new NotFoundError()],
    ['an open circuit', Object.assign(new UnavailableError({ code: 'CIRCUIT_OPEN' }))],
    ['what may have been committed', new UnavailableError({ code: 'COMMIT_UNKNOWN' })],
  ])('does not retry %s', async (_, error) => {
    const fn = failing(1, error)
    await expect(new Retry().execute(fn)).rejects.toBe(error)
    expect([fn.mock.calls.length, attemptsOf(error)]).toEqual([1, 1])
  })

  test.each<[ErrorKind, attempts: number]>([
    ['invalid', 1],
    ['unauthenticated', 1],
    ['forbidden', 1],
    ['not_found', 1],
    ['conflict', 1],
    ['precondition_failed', 1],
    ['too_large', 1],
    ['unsupported', 1],
    ['rate_limited', 2],
    ['timeout', 2],
    ['unavailable', 2],
    ['internal', 2],
  ])('makes of the kind %s %i attempts', async (kind, attempts) => {
    const fn = failing(9, new AppError({ code: 'ANY', kind, message: 'failed' }))
    await new Retry({ maxAttempts: 2, backoff: constant(0) }).execute(fn).catch(() => {})
    expect(fn).toHaveBeenCalledTimes(attempts)
  })

  test('retryIf alone decides', async () => {
    const fn = failing(1, new NotFoundError())
    const retry = new Retry({ backoff: constant(0), retryIf: (error) => error instanceof NotFoundError })
    expect(await retry.execute(fn)).toBe('up')
    await expect(retry.execute(failing(1))).rejects.toThrow('down')
  })

  test('a retryIf that throws says no, and the error of the call is rethrown', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const retry = new Retry({
      retryIf: () => {
        throw new Error('oops')
      },
    })
    await expect(retry.execute(failing(1))).rejects.toThrow('down')
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      expect.stringContaining('@base/resilience Retry: retryIf threw'),
    ])
  })

  test.each(hostile())('rethrows an error that cannot be read, after all attempts: %s', async (_, error) => {
    const clock = new TestClock()
    for (const inner of [
      [],
      [new CircuitBreaker({ clock })],
      [new Hedge({ delay: '1h', maxHedges: 0, clock })],
    ]) {
      const fn = vi.fn(() => Promise.reject(error))
      const policy = pipeline(new Retry({ clock, backoff: constant(1) }), ...inner)
      const { error: thrown } = (await outcome(clock, policy.execute(fn))) as { error: unknown }
      expect(Object.is(thrown, error)).toBe(true)
      expect([fn.mock.calls.length, attemptsOf(thrown)]).toEqual([3, 3])
    }
  })

  test('takes no hint from a value that cannot be read', async () => {
    const clock = new TestClock()
    const refuse = (): never => {
      throw new Error('disposed')
    }
    const value = Object.defineProperty({}, 'headers', { get: refuse })
    const fn = vi.fn(() => value)
    const retry = new Retry({ clock, backoff: constant(1), retryIfResult: () => true })
    expect(await outcome(clock, retry.execute(fn))).toEqual({ value })
    expect(fn).toHaveBeenCalledTimes(3)
  })

  test('retries by result, and returns the last one', async () => {
    const retry = new Retry({ backoff: constant(0), retryIfResult: (value) => value !== 200 })
    const answers = [503, 200]
    expect(await retry.execute(async () => answers.shift())).toBe(200)
    const fn = vi.fn(() => 503)
    expect(await retry.execute(fn)).toBe(503)
    expect(fn).toHaveBeenCalledTimes(3)
  })

  test('a retryIfResult that throws says no, and the value is returned', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const retry = new Retry({
      retryIfResult: () => {
        throw new Error('oops')
      },
    })
    expect(await retry.execute(() => 503)).toBe(503)
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      expect.stringContaining('Retry: retryIfResult threw'),
    ])
  })

  test('any value is good where nobody says, and nothing is reported', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const retry = new Retry({ backoff: constant(0) })
    expect([await retry.execute(() => undefined), await retry.execute(failing(1))]).toEqual([undefined, 'up'])
    expect(warn).not.toHaveBeenCalled()
  })

  test('a value that comes after the abort is returned, and retryIfResult is not asked', async () => {
    const controller = new AbortController()
    const retryIfResult = vi.fn(() => true)
    const call = new Retry({ retryIfResult }).execute(
      async () => {
        controller.abort()
        return 503
      },
      { signal: controller.signal },
    )
    expect(await call).toBe(503)
    expect(retryIfResult).not.toHaveBeenCalled()
  })

  test('rethrows the latest failure before the circuit opened', async () => {
    const errors = [new Error('first'), new Error('second'), openCircuit()]
    await expect(new Retry({ backoff: constant(0) }).execute(failingWith(...errors))).rejects.toBe(errors[1])
  })

  test('where an open circuit is retried, too, the failure before it is rethrown in the end', async () => {
    const errors = [new Error('down'), openCircuit(), openCircuit()]
    const retry = new Retry({ backoff: constant(0), retryIf: () => true })
    await expect(retry.execute(failingWith(...errors))).rejects.toBe(errors[0])
  })

  test('rethrows the failure that was there before the circuit opened', async () => {
    const breaker = new CircuitBreaker({ failureThreshold: 1 })
    const retry = new Retry({ backoff: constant(0) })
    const down = () => breaker.execute(() => Promise.reject(new Error('down')))
    await expect(retry.execute(down)).rejects.toThrow('down')
    await expect(retry.execute(down)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' })
  })

  test('an abort ends a pause at once, with its reason, and leaves nothing behind', async () => {
    const clock = new TestClock()
    const controller = new AbortController()
    const fn = failing(1)
    const call = new Retry({ clock }).execute(fn, { signal: controller.signal })
    await clock.advance(0)
    expect(clock.pending).toBe(1)
    const reason = new Error('not wanted')
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
    expect([
      clock.pending,
      fn.mock.calls.length,
      getEventListeners(controller.signal, 'abort').length,
    ]).toEqual([0, 1, 0])
  })

  test('the timer of a pause has a name, and goes where no signal is', async () => {
    const clock = new TestClock()
    const call = new Retry({ clock, backoff: constant('1s') }).execute(failing(1))
    await clock.advance(0)
    expect(clock.pendingTimers).toEqual([{ name: 'retry', dueIn: 1_000 }])
    expect(await outcome(clock, call)).toEqual({ value: 'up' })
    expect(clock.pending).toBe(0)
  })

  test('after a pause the signal has no listener left', async () => {
    const clock = new TestClock()
    const { signal } = new AbortController()
    await outcome(clock, new Retry({ clock }).execute(failing(1), { signal }))
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test('a listener that aborts the call lets no pause begin', async () => {
    const clock = new TestClock()
    const controller = new AbortController()
    const retry = new Retry({ clock })
    retry.on('retry', () => controller.abort(new Error('not wanted')))
    await expect(retry.execute(failing(1), { signal: controller.signal })).rejects.toThrow('not wanted')
    expect([clock.pending, clock.monotonic()]).toEqual([0, 0])
  })

  test('a listener that aborts the call ends it also where there is no pause', async () => {
    const controller = new AbortController()
    const retry = new Retry({ backoff: constant(0) })
    retry.on('retry', () => controller.abort(new Error('not wanted')))
    const fn = failing(1)
    await expect(retry.execute(fn, { signal: controller.signal })).rejects.toThrow('not wanted')
    expect(fn).toHaveBeenCalledTimes(1)
  })

  test.each<[when: string, pause: Duration, arrange: (abort: () => void, retry: Retry) => unknown]>([
    ['in the pause', '10s', (abort) => setImmediate(abort)],
    ['by whom it was told of the retry', 0, (abort, retry) => retry.on('retry', abort)],
  ])('a retry that is aborted %s is none, and costs the budget nothing', async (_, pause, arrange) => {
    const clock = new TestClock()
    const controller = new AbortController()
    const budget = retryBudget({ ratio: 0, minPerSecond: 2 })
    const retry = new Retry({ clock, budget, backoff: constant(pause) })
    arrange(() => controller.abort(new Error('not wanted')), retry)
    await expect(retry.execute(failing(9), { signal: controller.signal })).rejects.toThrow('not wanted')
    expect([retry.stats, budget.available]).toEqual([{ calls: 1, retries: 0, gaveUp: 0 }, 2])
  })

  test('gives a budget of your own nothing back, which knows no such thing', async () => {
    const controller = new AbortController()
    const budget = { available: 1, deposit() {}, withdraw: () => true }
    const retry = new Retry({ budget, backoff: constant(0) })
    retry.on('retry', () => controller.abort(new Error('not wanted')))
    await expect(retry.execute(failing(9), { signal: controller.signal })).rejects.toThrow('not wanted')
  })

  describe('a budget of your own that fails', () => {
    const mistake = () => {
      throw new Error('mistake')
    }
    const failingBudget = { available: 1, deposit: mistake, withdraw: mistake }

    test('changes neither the value nor the error of a call, pays for nothing, and is reported', async () => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      const retry = new Retry({ budget: failingBudget, backoff: constant(0) })
      const error = new Error('down')
      const fn = failing(9, error)
      expect(await retry.execute(() => 'up')).toBe('up')
      await expect(retry.execute(fn)).rejects.toBe(error)
      expect(fn).toHaveBeenCalledTimes(1)
      expect(warn.mock.calls.map(([text]) => text)).toEqual([
        '@base/resilience Retry: budget.deposit threw: Error: mistake',
        '@base/resilience Retry: budget.deposit threw: Error: mistake',
        '@base/resilience Retry: budget.withdraw threw: Error: mistake',
      ])
    })

    test('pays for nothing where it answers later', async () => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      const withdraw = (async () => true) as never
      const fn = failing(9)
      const retry = new Retry({ budget: { ...failingBudget, deposit() {}, withdraw }, backoff: constant(0) })
      await expect(retry.execute(fn)).rejects.toThrow('down')
      expect([fn.mock.calls.length, warn.mock.calls.length]).toEqual([1, 1])
    })
  })

  test('without pauses it still lets in what waits, as an abort does', async () => {
    const controller = new AbortController()
    setImmediate(() => controller.abort(new Error('not wanted')))
    const retry = new Retry({ maxAttempts: 10_000, backoff: constant(0) })
    const call = retry.execute(failing(10_000), { signal: controller.signal })
    await expect(call).rejects.toThrow('not wanted')
  })

  test('without pauses it needs no timer that a test may have put a fake in place of', async () => {
    vi.useFakeTimers()
    try {
      const retry = new Retry({ maxAttempts: 30, backoff: constant(0) })
      expect(await retry.execute(failing(29))).toBe('up')
    } finally {
      vi.useRealTimers()
    }
  })

  test('a call that is aborted during its attempt is neither retried nor given up', async () => {
    const controller = new AbortController()
    const retryIf = vi.fn(() => true)
    const retry = new Retry({ retryIf, backoff: constant(0) })
    const call = retry.execute(
      async () => {
        controller.abort(new Error('not wanted'))
        throw new Error('down')
      },
      { signal: controller.signal },
    )
    await expect(call).rejects.toThrow('not wanted')
    expect(retryIf).not.toHaveBeenCalled()
    expect(retry.stats).toEqual({ calls: 1, retries: 0, gaveUp: 0 })
  })

  describe('events', () => {
    const busy = new UnavailableError({ retryAfter: 60_000 })
    test.each<[reason: string, options: RetryOptions, error: unknown, attempts: number]>([
      ['max_attempts', { maxAttempts: 2 }, new Error('down'), 2],
      ['not_retryable', {}, new NotFoundError(), 1],
      ['max_elapsed', { maxElapsed: 999 }, new Error('down'), 1],
      ['budget', { budget: retryBudget({ ratio: 0, minPerSecond: 0 }) }, new Error('down'), 1],
      ['retry_after', {}, busy, 1],
      ['bad_backoff', { backoff: () => Number.NaN }, new Error('down'), 1],
      // JavaScript reckons with it as with 0.
      ['bad_backoff', { backoff: () => null as never }, new Error('down'), 1],
    ])('gaveUp tells the reason %s', async (reason, options, error, attempts) => {
      vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      const clock = new TestClock()
      const retry = new Retry({ name: 'payments', clock, backoff: constant('1s'), ...options })
      const heard: unknown[] = []
      retry.on('gaveUp', (event) => heard.push(event))
      await outcome(clock, retry.execute(failing(9, error)))
      expect(heard).toEqual([{ name: 'payments', attempts, reason, error }])
      expect(retry.stats).toEqual({ calls: 1, retries: attempts - 1, gaveUp: 1 })
    })

    test('gaveUp tells of the deadline, and of the value that was not good', async () => {
      const clock = new TestClock()
      const retry = new Retry({ clock, backoff: constant('1s'), retryIfResult: () => true })
      const heard: unknown[] = []
      retry.on('gaveUp', (event) => heard.push(event))
      await outcome(
        clock,
        runInContext([[deadline, clock.now() + 1_000]], () => retry.execute(() => 503)),
      )
      expect(heard).toEqual([{ name: 'retry', attempts: 1, reason: 'deadline', value: 503 }])
    })

    test('retry tells the attempt that failed, how, and the pause', async () => {
      const clock = new TestClock()
      const retry = new Retry({
        name: 'payments',
        clock,
        backoff: constant('1s'),
        retryIfResult: (v) => v === 503,
      })
      const heard: unknown[] = []
      retry.on('retry', (event) => heard.push(event))
      const error = new Error('down')
      const answers = [() => 503, () => Promise.reject(error), () => 200]
      await outcome(
        clock,
        retry.execute(() => answers.shift()?.()),
      )
      expect(heard).toEqual([
        { name: 'payments', attempt: 1, pause: 1_000, value: 503 },
        { name: 'payments', attempt: 2, pause: 1_000, error },
      ])
    })

    test('both are on a diagnostics channel', async () => {
      const heard: unknown[] = []
      const listen = (payload: unknown, channel: string | symbol) =>
        heard.push([channel, (payload as { name: string }).name])
      const names = ['retry', 'gaveUp'].map((event) => `base:resilience:retry:${event}`)
      for (const name of names) subscribe(name, listen)
      const retry = new Retry({ name: 'payments', maxAttempts: 2, backoff: constant(0) })
      await retry.execute(failing(2)).catch(() => {})
      for (const name of names) unsubscribe(name, listen)
      expect(heard).toEqual(names.map((name) => [name, 'payments']))
    })

    test('a misspelled one is refused', () => {
      expect(() => new Retry().on('gaveup' as never, () => {})).toThrow('Retry: event must be')
    })
  })

  describe('maxElapsed and the deadline', () => {
    test('maxElapsed is measured from the start of the call, and a pause that ends with it is begun', async () => {
      const clock = new TestClock()
      await clock.advance('1h')
      const retry = new Retry({ clock, maxAttempts: 9, backoff: constant('1s'), maxElapsed: '2s' })
      const fn = failing(9)
      await outcome(clock, retry.execute(fn))
      expect(fn).toHaveBeenCalledTimes(3)
    })

    test('a pause that cannot fit into maxElapsed is not begun', async () => {
      const clock = new TestClock()
      const reasons: string[] = []
      const retry = new Retry({ clock, maxAttempts: 9, backoff: constant('1s'), maxElapsed: '2500ms' })
      retry.on('gaveUp', ({ reason }) => reasons.push(reason))
      const fn = failing(9)
      await outcome(clock, retry.execute(fn))
      expect([fn.mock.calls.length, clock.monotonic(), reasons]).toEqual([3, 2_000, ['max_elapsed']])
    })

    test('a pause that would reach the deadline in context is not begun', async () => {
      const clock = new TestClock()
      const retry = new Retry({ clock, maxAttempts: 9, backoff: constant('1s') })
      const fn = failing(9)
      await outcome(
        clock,
        runInContext([[deadline, clock.now() + 2_000]], () => retry.execute(fn)),
      )
      expect([fn.mock.calls.length, clock.monotonic()]).toEqual([2, 1_000])
    })
  })

  describe('Retry-After', () => {
    const busy = (retryAfter: number) => new UnavailableError({ retryAfter })

    test('is waited for where it is longer than the backoff', async () => {
      const clock = new TestClock()
      const retry = new Retry({ clock, backoff: exponential({ base: '1s', max: '10s', jitter: 'none' }) })
      await outcome(clock, retry.execute(failing(1, busy(7_000))))
      expect(clock.monotonic()).toBe(7_000)
    })

    test("beyond the backoff's max it ends the call", async () => {
      const clock = new TestClock()
      const fn = failing(1, busy(10_001))
      await outcome(clock, new Retry({ clock, backoff: exponential({ max: '10s' }) }).execute(fn))
      expect([fn.mock.calls.length, clock.monotonic()]).toEqual([1, 0])
    })

    test("of just the backoff's max is waited for", async () => {
      const clock = new TestClock()
      const fn = failing(1, busy(10_000))
      await outcome(clock, new Retry({ clock, backoff: exponential({ max: '10s' }) }).execute(fn))
      expect([fn.mock.calls.length, clock.monotonic()]).toEqual([2, 10_000])
    })

    test('of an error of ours is what counts, whatever response comes with it', async () => {
      const clock = new TestClock()
      const response = { headers: { 'retry-after': '7' } }
      const retry = new Retry({ clock, backoff: constant('1s') })
      await outcome(clock, retry.execute(failing(1, Object.assign(busy(2_000), { response }))))
      expect(clock.monotonic()).toBe(2_000)
    })

    test.each([
      ['null', null],
      ['undefined', undefined],
      ['a text', '503'],
      ['headers that are null', { headers: null }],
      ['headers that are a text', { headers: 'retry-after: 7' }],
      ['no such header', { headers: {} }],
      ['a header that is no text', { headers: { 'retry-after': 7 } }],
      ['a retryAfter that is no number', { retryAfter: '7000' }],
    ])('is not looked for in %s', async (_, value) => {
      const clock = new TestClock()
      const retry = new Retry({ clock, maxAttempts: 2, backoff: constant('1s'), retryIfResult: () => true })
      expect(
        await outcome(
          clock,
          retry.execute(() => value),
        ),
      ).toEqual({ value })
      expect(clock.monotonic()).toBe(1_000)
    })

    const later = { 'retry-after': 'Wed, 01 Jan 2025 00:00:07 GMT' }
    test.each([
      ['a response', new Response(null, { status: 503, headers: { 'retry-after': '7' } })],
      ['a response, as a date', new Response(null, { status: 503, headers: later })],
      ['a response with plain headers', { status: 503, headers: later }],
      ['headers that have a field `get`', { headers: { get: 'all', 'retry-after': '7' } }],
      ["an error's response", { response: { headers: { 'retry-after': ' 7 ' } } }],
      ['an error of another library', { retryAfter: 7_000 }],
    ])('is read from %s', async (_, given) => {
      const clock = new TestClock()
      let calls = 0
      const retry = new Retry({ clock, backoff: constant('1s'), retryIfResult: (value) => value === given })
      await outcome(
        clock,
        retry.execute(() => (++calls === 1 ? given : 'up')),
      )
      expect(clock.monotonic()).toBe(7_000)
    })

    test.each([
      'soon',
      '',
      '-1',
      '1e9',
      'May 2099',
      'Wed, 99 Foo 2099 GMT',
      'x Wed, 01 Jan 2025 00:00:07 GMT',
      'Wed, 01 Jan 2025 00:00:07 GMT+0000',
    ])('is left out where it is %j', async (header) => {
      const clock = new TestClock()
      let calls = 0
      const retry = new Retry({ clock, backoff: constant('1s'), retryIfResult: () => calls === 1 })
      await outcome(
        clock,
        retry.execute(() => {
          calls++
          return { headers: { 'retry-after': header } }
        }),
      )
      expect(clock.monotonic()).toBe(1_000)
    })

    test.each(['9999999999', '9'.repeat(400)])('of centuries, %s, ends the call', async (header) => {
      const clock = new TestClock()
      const fn = failing(1, { headers: { 'retry-after': header } })
      expect(await outcome(clock, new Retry({ clock }).execute(fn))).toHaveProperty('error')
      expect([fn.mock.calls.length, clock.monotonic()]).toEqual([1, 0])
    })

    test('beyond all time is waited for where the backoff allows it, until somebody gives up', async () => {
      const controller = new AbortController()
      const backoff = Object.assign(() => 1, { max: Number.POSITIVE_INFINITY })
      const retry = new Retry({ backoff, clock: new TestClock() })
      retry.on('retry', ({ pause }) => controller.abort(`a pause of ${pause}`))
      const error = new UnavailableError({ retryAfter: 1e300 })
      const call = retry.execute(() => Promise.reject(error), { signal: controller.signal })
      await expect(call).rejects.toBe('a pause of 9007199254740991')
    })

    test('may have two digits or more', async () => {
      const clock = new TestClock()
      const fn = failing(1, { headers: { 'retry-after': '12' } })
      await outcome(clock, new Retry({ clock, backoff: constant('1s') }).execute(fn))
      expect(clock.monotonic()).toBe(12_000)
    })

    test('is ignored where nobody respects it', async () => {
      const clock = new TestClock()
      const retry = new Retry({ clock, backoff: constant('1s'), respectRetryAfter: false })
      await outcome(clock, retry.execute(failing(1, busy(7_000))))
      expect(clock.monotonic()).toBe(1_000)
    })
  })

  describe('retryBudget', () => {
    test('of a hundred calls that fail, a tenth is retried at a ratio of 0.1', async () => {
      const retry = new Retry({ backoff: constant(0), budget: retryBudget({ ratio: 0.1, minPerSecond: 0 }) })
      for (let call = 0; call < 100; call++) await retry.execute(failing(9)).catch(() => {})
      expect(retry.stats).toEqual({ calls: 100, retries: 10, gaveUp: 100 })
    })

    test('is shared, and time fills it again', async () => {
      const clock = new TestClock()
      const budget = retryBudget({ ratio: 0, minPerSecond: 1 })
      const retries = [0, 1].map(() => new Retry({ clock, budget, maxAttempts: 99, backoff: constant(0) }))
      const run = async () => {
        const fn = failing(99)
        for (const retry of retries) await retry.execute(fn).catch(() => {})
        return fn.mock.calls.length - 2
      }
      expect([await run(), await run()]).toEqual([1, 0])
      await clock.advance('3s')
      expect(await run()).toBe(3)
      await clock.advance('60s')
      expect(await run()).toBe(10)
    })
  })

  describe('a retryBudget by itself', () => {
    const deposits = (budget: ReturnType<typeof retryBudget>, clock: TestClock, calls: number) => {
      for (let call = 0; call < calls; call++) budget.deposit(clock)
    }

    test('begins with what a second pays for, 10 where nobody says, and lends nothing', () => {
      const clock = new TestClock()
      const budget = retryBudget()
      expect(budget.available).toBe(10)
      const paid = Array.from({ length: 11 }, () => budget.withdraw(clock))
      expect(paid.filter(Boolean)).toHaveLength(10)
      expect(budget.available).toBe(0)
    })

    test('five calls pay for one retry where nobody says', () => {
      const clock = new TestClock()
      const budget = retryBudget({ minPerSecond: 0 })
      deposits(budget, clock, 4)
      expect(budget.withdraw(clock)).toBe(false)
      deposits(budget, clock, 1)
      expect([budget.withdraw(clock), budget.withdraw(clock)]).toEqual([true, false])
    })

    test('what calls paid is kept through the tenth second, and forgotten after it', async () => {
      const clock = new TestClock()
      const budget = retryBudget({ ratio: 1, minPerSecond: 0 })
      deposits(budget, clock, 5)
      await clock.advance(9_999)
      deposits(budget, clock, 1)
      expect(budget.available).toBe(6)
      await clock.advance(1)
      deposits(budget, clock, 1)
      expect(budget.available).toBe(2)
    })

    test('time pays for what has passed since the last call, and not for all of it', async () => {
      const clock = new TestClock()
      const budget = retryBudget({ ratio: 0, minPerSecond: 2 })
      await clock.advance('1h')
      while (budget.withdraw(clock));
      await clock.advance(1_500)
      budget.withdraw(clock)
      expect(budget.available).toBe(2)
    })

    test('a clock of its own counts, and not that of the Retry', async () => {
      const [own, other] = [new TestClock(), new TestClock()]
      const budget = retryBudget({ ratio: 0, minPerSecond: 1, clock: own })
      budget.withdraw(other)
      await other.advance('5s')
      expect(budget.withdraw(other)).toBe(false)
      await own.advance('1s')
      expect(budget.withdraw(other)).toBe(true)
    })

    test('a retry that will not be costs nothing', async () => {
      vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      const clock = new TestClock()
      const budget = retryBudget({ ratio: 0, minPerSecond: 1 })
      for (const options of [{ backoff: () => Number.NaN }, { maxAttempts: 1 }, { maxElapsed: 1 }])
        await new Retry({ clock, budget, ...options }).execute(failing(1)).catch(() => {})
      expect(budget.available).toBe(1)
    })

    test.each([
      ['ratio', { ratio: -0.1 }],
      ['minPerSecond', { minPerSecond: Number.POSITIVE_INFINITY }],
    ])('refuses a wrong %s', (option, options) => {
      expect(() => retryBudget(options)).toThrow(`retryBudget: ${option} must be`)
    })
  })

  describe('backoffs', () => {
    const pauses = (backoff: ReturnType<typeof linear>, random = () => 0.5) => {
      let previous = 0
      return [1, 2, 3, 4].map((attempt) => (previous = backoff(attempt, { previous, random })))
    }
    test.each([
      [
        'exponential',
        exponential({ base: 100, factor: 3, max: '1s', jitter: 'none' }),
        [100, 300, 900, 1_000],
      ],
      ['full jitter', exponential({ base: 100, jitter: 'full' }), [50, 100, 200, 400]],
      ['equal jitter', exponential({ base: 100, jitter: 'equal' }), [75, 150, 300, 600]],
      [
        'decorrelated jitter',
        exponential({ base: 100, max: 500, jitter: 'decorrelated' }),
        [200, 350, 500, 500],
      ],
      ['linear', linear({ base: 100, max: 300 }), [100, 200, 300, 300]],
      ['linear where nobody says', linear(), [1_000, 2_000, 3_000, 4_000]],
      ['linear, full jitter', linear({ jitter: 'full' }), [500, 1_000, 1_500, 2_000]],
      ['linear, equal jitter', linear({ jitter: 'equal' }), [750, 1_500, 2_250, 3_000]],
      ['constant', constant(100), [100, 100, 100, 100]],
      ['delays', delays([10, '1s']), [10, 1_000, 1_000, 1_000]],
    ])('%s', (_, backoff, expected) => {
      expect(pauses(backoff)).toEqual(expected)
    })

    test('a pause never overflows', () => {
      const backoff = exponential({ base: '1s', factor: 10, max: '30s', jitter: 'none' })
      expect(backoff(100_000, { previous: 0, random: Math.random })).toBe(30_000)
    })

    test('no pause stays none, after however many attempts', () => {
      expect(exponential({ base: 0 })(100_000, { previous: 0, random: () => 0.5 })).toBe(0)
    })

    test.each<[string, Backoff, number]>([
      ['exponential', exponential(), 30_000],
      ['exponential with a max', exponential({ max: '1m' }), 60_000],
      ['decorrelated with a max', exponential({ max: '1m', jitter: 'decorrelated' }), 60_000],
      ['linear with a max', linear({ max: '1m' }), 60_000],
      ['a short constant', constant('1s'), 30_000],
      ['a long constant', constant('1m'), 60_000],
      ['short delays', delays(['1s', '2s']), 30_000],
      ['long delays', delays(['1m', '1s']), 60_000],
    ])('a Retry-After may ask for as much as the longest pause, or 30 s: %s', (_, backoff, max) => {
      expect(backoff.max).toBe(max)
    })

    test.each([
      [Number.NaN, 'NaN'],
      [-1, '-1'],
      [Number.POSITIVE_INFINITY, 'Infinity'],
      [2 ** 53, '9007199254740992'],
      ['10ms', '"10ms"'],
      [undefined, 'undefined'],
      [null, 'null'],
      [{ wait: 1 }, 'an object'],
      [10n, '10n'],
    ])(
      'one that gives %s ends the call with its error, and is reported with what it gave',
      async (pause, received) => {
        const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
        const fn = failing(9)
        await expect(new Retry({ backoff: () => pause as never }).execute(fn)).rejects.toThrow('down')
        expect(fn).toHaveBeenCalledTimes(1)
        expect(warn.mock.calls.map(([text]) => text)).toEqual([
          `@base/resilience Retry: backoff threw: InvalidOptionError: @base/resilience Retry: backoff() must be a number of milliseconds from 0, received ${received}.`,
        ])
      },
    )

    test.each<[refusal: string, make: () => unknown]>([
      ['constant: pause must be', () => constant(Number.NaN)],
      ['delays: pauses must be a list of durations', () => delays([])],
      ['delays: pauses must be a list of durations', () => delays('1s' as never)],
      ['delays: pauses[1] must be', () => delays(['1s', -1])],
      // biome-ignore lint/suspicious/noSparseArray: a hole is what this is about.
      ['delays: pauses[0] must be', () => delays([, '1s'] as never)],
      ['exponential: base must be', () => exponential({ base: -1 })],
      ['exponential: factor must be', () => exponential({ factor: 0.99 })],
      ['exponential: max must be', () => exponential({ max: Number.NaN })],
      ['exponential: jitter must be', () => exponential({ jitter: 'some' as never })],
      ['linear: base must be', () => linear({ base: 'soon' as never })],
      ['linear: max must be', () => linear({ max: -1 })],
      ['linear: jitter must be', () => linear({ jitter: 'decorrelated' as never })],
    ])('a wrong option is refused at once: %s', (refusal, make) => {
      expect(make).toThrow(refusal)
    })

    test('an exponential one may have the factor 1', () => {
      expect(pauses(exponential({ base: 100, factor: 1, jitter: 'none' }))).toEqual([100, 100, 100, 100])
    })
  })

  test.each([
    ['maxAttempts', { maxAttempts: 0 }],
    ['maxAttempts', { maxAttempts: 1.5 }],
    ['backoff', { backoff: 100 }],
    ['backoff.max', { backoff: Object.assign(() => 1, { max: Number.NaN }) }],
    ['backoff.max', { backoff: Object.assign(() => 1, { max: '10s' }) }],
    ['backoff.max', { backoff: Object.assign(() => 1, { max: -1 }) }],
    ['maxElapsed', { maxElapsed: -1 }],
    ['budget', { budget: 3 }],
    ['budget', { budget: null }],
    ['retryIf', { retryIf: true }],
    ['retryIfResult', { retryIfResult: true }],
    ['respectRetryAfter', { respectRetryAfter: 'yes' }],
    ['random', { random: 0.5 }],
    ['name', { name: '' }],
  ])('refuses a wrong %s', (option, options) => {
    expect(() => new Retry(options as never)).toThrow(`Retry: ${option} must be`)
  })

  test('attempts of an error that it never saw are 0', () => {
    expect([new Error('x'), 'x', undefined, null].map(attemptsOf)).toEqual([0, 0, 0, 0])
  })

  test.each([
    ['a function', () => {}, 2],
    ['null', null, 0],
    ['a text', 'down', 0],
  ])(
    '%s that is thrown is rethrown; its attempts are known where it is an object',
    async (_, thrown, attempts) => {
      const retry = new Retry({ maxAttempts: 2, backoff: constant(0) })
      await expect(retry.execute(failing(9, thrown))).rejects.toBe(thrown)
      expect(attemptsOf(thrown)).toBe(attempts)
    },
  )

  test('may try for ever', async () => {
    const retry = new Retry({ maxAttempts: Number.POSITIVE_INFINITY, backoff: constant(0) })
    expect(await retry.execute(failing(99))).toBe('up')
  })

  test('says what a budget must be', () => {
    for (const budget of [{}, { withdraw: () => true }, { deposit() {} }] as never[])
      expect(() => new Retry({ budget })).toThrow('budget must be what retryBudget() gave')
  })
})
