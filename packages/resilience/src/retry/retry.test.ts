import { getEventListeners } from 'node:events'
import { deadline, runInContext } from '@base/core/context'
import { NotFoundError, UnavailableError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CircuitBreaker } from '../circuit-breaker/index.js'
import { attemptsOf, constant, delays, exponential, linear, Retry, retryBudget } from './index.js'

/** Fails so many times, then gives 'up'. */
function failing(times: number, error: unknown = new Error('down')) {
  let calls = 0
  return vi.fn(async () => {
    calls++
    if (calls <= times) throw error
    return 'up'
  })
}

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

describe('Retry', () => {
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
  ])('does not retry %s', async (_, error) => {
    const fn = failing(1, error)
    await expect(new Retry().execute(fn)).rejects.toBe(error)
    expect([fn.mock.calls.length, attemptsOf(error)]).toEqual([1, 1])
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
    expect(warn).toHaveBeenCalledTimes(1)
  })

  test('retries by result, and returns the last one', async () => {
    const retry = new Retry({ backoff: constant(0), retryIfResult: (value) => value !== 200 })
    const answers = [503, 200]
    expect(await retry.execute(async () => answers.shift())).toBe(200)
    const fn = vi.fn(() => 503)
    expect(await retry.execute(fn)).toBe(503)
    expect(fn).toHaveBeenCalledTimes(3)
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

  describe('maxElapsed and the deadline', () => {
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

    const later = { 'retry-after': 'Wed, 01 Jan 2025 00:00:07 GMT' }
    test.each([
      ['a response', new Response(null, { status: 503, headers: { 'retry-after': '7' } })],
      ['a response, as a date', new Response(null, { status: 503, headers: later })],
      ['a response with plain headers', { status: 503, headers: later }],
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

    test.each(['soon', '', '-1', '1e9', '99999999999', 'May 2099', 'Wed, 99 Foo 2099 GMT'])(
      'is left out where it is %j',
      async (header) => {
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
      },
    )

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
      ['constant', constant(100), [100, 100, 100, 100]],
      ['delays', delays([10, '1s']), [10, 1_000, 1_000, 1_000]],
    ])('%s', (_, backoff, expected) => {
      expect(pauses(backoff)).toEqual(expected)
    })

    test('a pause never overflows', () => {
      const backoff = exponential({ base: '1s', factor: 10, max: '30s', jitter: 'none' })
      expect(backoff(100_000, { previous: 0, random: Math.random })).toBe(30_000)
    })

    test.each([Number.NaN, -1, Number.POSITIVE_INFINITY])(
      'one that gives %d ends the call with its error, and is reported',
      async (pause) => {
        const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
        const fn = failing(9)
        await expect(new Retry({ backoff: () => pause }).execute(fn)).rejects.toThrow('down')
        expect([fn.mock.calls.length, warn.mock.calls.length]).toEqual([1, 1])
      },
    )

    test('a wrong duration is refused at once', () => {
      expect(() => constant(Number.NaN)).toThrow('constant: pause must be')
      expect(() => delays([])).toThrow('delays: pauses must be')
      expect(() => delays(['1s', -1])).toThrow('pauses[1] must be')
      expect(() => exponential({ factor: 0.5 })).toThrow('factor must be')
      expect(() => linear({ base: 'soon' as never })).toThrow('base must be')
    })
  })

  test.each([
    ['maxAttempts', { maxAttempts: 0 }],
    ['maxAttempts', { maxAttempts: 1.5 }],
    ['backoff', { backoff: 100 }],
    ['maxElapsed', { maxElapsed: -1 }],
    ['budget', { budget: 3 }],
    ['retryIf', { retryIf: true }],
  ])('refuses a wrong %s', (option, options) => {
    expect(() => new Retry(options as never)).toThrow(`Retry: ${option} must be`)
  })

  test('attempts of an error that it never saw are 0', () => {
    expect([attemptsOf(new Error('x')), attemptsOf('x'), attemptsOf(undefined)]).toEqual([0, 0, 0])
  })
})
