import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { AppError, InvalidOptionError, RateLimitedError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { BulkheadFullError } from '../bulkhead/index.js'
import { Hedge } from '../hedge/index.js'
import { pipeline } from '../pipeline/index.js'
import { Timeout } from '../timeout/index.js'
import { CircuitBreaker, type CircuitBreakerOptions, CircuitOpenError } from './index.js'
import { fail, openBreaker, pendingCall, record, up } from './test-breakers.js'

/** Ends only when it is given up. */
const untilAborted = ({ signal }: { readonly signal: AbortSignal }) =>
  new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

const oops = () => {
  throw new Error('oops')
}

afterEach(() => {
  vi.restoreAllMocks()
})

const count = { type: 'count', size: 4, failureRate: 0.5, minimumCalls: 2 } as const
const time = { type: 'time', duration: '10s', failureRate: 0.5, minimumCalls: 2 } as const

describe('CircuitBreaker', () => {
  describe('given a closed circuit', () => {
    test('opens at the fifth failure in a row, and not before', async () => {
      const breaker = new CircuitBreaker({ clock: new TestClock() })
      for (let failures = 1; failures < 5; failures++) await breaker.execute(fail).catch(() => {})
      expect(breaker.state).toBe('closed')
      await breaker.execute(fail).catch(() => {})
      expect(breaker.state).toBe('open')
    })

    test('wraps a method, which keeps its object', async () => {
      const breaker = new CircuitBreaker({ failureThreshold: 1 })
      const account = {
        calls: 0,
        pay: breaker.wrap(async function (this: { calls: number }, amount: number) {
          this.calls++
          throw new Error(`no ${amount}`)
        }),
      }
      await expect(account.pay(7)).rejects.toThrow('no 7')
      await expect(account.pay(8)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' })
      expect(account.calls).toBe(1)
    })

    test('reads its window once', async () => {
      const window = { type: 'consecutive' as const }
      const breaker = new CircuitBreaker({ window, failureThreshold: 1 })
      Object.assign(window, count)
      breaker.close()
      await expect(breaker.execute(fail)).rejects.toThrow('down')
      expect(breaker.state).toBe('open')
    })

    test('a success starts the count anew', async () => {
      const breaker = new CircuitBreaker({ failureThreshold: 2, clock: new TestClock() })
      await breaker.execute(fail).catch(() => {})
      await breaker.execute(up)
      await breaker.execute(fail).catch(() => {})
      expect(breaker.state).toBe('closed')
    })

    test('a result that isFailureResult dislikes is a failure, and is returned', async () => {
      const breaker = new CircuitBreaker({
        failureThreshold: 1,
        isFailureResult: (value) => value === 503,
        clock: new TestClock(),
      })
      expect(await breaker.execute(() => 503)).toBe(503)
      expect(breaker.state).toBe('open')
    })

    test('an error that is no failure leaves the count as it is', async () => {
      const breaker = new CircuitBreaker({
        failureThreshold: 2,
        isFailure: (error) => (error as Error).message === 'down',
        clock: new TestClock(),
      })
      await breaker.execute(fail).catch(() => {})
      await breaker.execute(() => Promise.reject(new Error('not found'))).catch(() => {})
      expect(breaker.state).toBe('closed')
      await breaker.execute(fail).catch(() => {})
      expect(breaker.state).toBe('open')
    })

    test.each([
      ['an open circuit', new CircuitOpenError()],
      ['a full bulkhead', new BulkheadFullError()],
      ['a rate limit', new RateLimitedError()],
      [
        'a key that is too long',
        new InvalidOptionError({ package: 'p', option: 'key', allowed: 'short', received: 1 }),
      ],
    ])('the refusal of %s inside is no failure', async (_, refusal) => {
      const breaker = new CircuitBreaker({ failureThreshold: 1 })
      await expect(breaker.execute(() => Promise.reject(refusal))).rejects.toBe(refusal)
      expect([breaker.state, breaker.stats.ignored]).toEqual(['closed', 1])
    })

    test('an error of ours that is no refusal is a failure', async () => {
      const breaker = new CircuitBreaker({ failureThreshold: 1 })
      const error = new AppError({ code: 'DOWN', kind: 'unavailable', message: 'down' })
      await breaker.execute(() => Promise.reject(error)).catch(() => {})
      expect(breaker.state).toBe('open')
    })

    test('a timeout around it speaks against the dependency', async () => {
      const clock = new TestClock()
      const breaker = new CircuitBreaker({ failureThreshold: 1, clock })
      const call = pipeline(new Timeout({ timeout: '1s', clock }), breaker).execute(untilAborted)
      const code = call.catch((error) => error.code)
      await clock.advance('1s')
      expect([await code, breaker.state, breaker.stats.failures]).toEqual(['TIMEOUT', 'open', 1])
    })

    test('the loser of a hedge around it does not', async () => {
      const clock = new TestClock()
      const breaker = new CircuitBreaker({ failureThreshold: 1, clock })
      let calls = 0
      const call = pipeline(new Hedge({ delay: '1s', clock }), breaker).execute((ctx) =>
        calls++ === 0 ? untilAborted(ctx) : 'up',
      )
      await clock.advance('1s')
      expect(await call).toBe('up')
      await clock.advance(0)
      expect(breaker.stats).toMatchObject({ successes: 1, failures: 0, ignored: 1 })
    })

    test.each([
      ['isFailure', { isFailure: oops }, fail],
      ['isFailureResult', { isFailureResult: oops }, up],
    ])('where %s throws, the call is a failure, and it is reported', async (callback, options, fn) => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      const breaker = new CircuitBreaker({ failureThreshold: 1, ...options })
      await breaker.execute<string>(fn).catch(() => {})
      expect(breaker.state).toBe('open')
      expect(warn.mock.calls.map(([text]) => text)).toEqual([
        expect.stringContaining(`@base/resilience CircuitBreaker: ${callback} threw`),
      ])
    })

    test('counts successes and failures, and calls none slow where nobody says what that is', async () => {
      const { signal } = new AbortController()
      const breaker = new CircuitBreaker({ isFailureResult: (value) => value === 503 })
      const heard = record(breaker, 'success', 'failure')
      const error = new Error('down')
      const throws = () => {
        throw error
      }
      await breaker.execute(() => 'up')
      await breaker.execute(throws).catch(() => {})
      await breaker.execute(() => Promise.reject(error)).catch(() => {})
      await breaker.execute(() => Promise.reject(error), { signal }).catch(() => {})
      await breaker.execute(() => 503)
      const failure = ['failure', { name: 'circuit-breaker', error, slow: false }]
      expect(heard).toEqual([
        ['success', { name: 'circuit-breaker', value: 'up', slow: false }],
        failure,
        failure,
        failure,
        ['failure', { name: 'circuit-breaker', value: 503, slow: false }],
      ])
      expect(breaker.stats).toEqual({
        successes: 1,
        failures: 4,
        slow: 0,
        ignored: 0,
        late: 0,
        rejected: 0,
        openings: 0,
      })
    })

    test('a refusal of a policy inside is no failure', async () => {
      const inner = await openBreaker()
      const outer = new CircuitBreaker({ failureThreshold: 1 })
      await expect(outer.execute(() => inner.execute(up))).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' })
      expect(outer.state).toBe('closed')
    })

    test("the caller's abort is no failure", async () => {
      const breaker = new CircuitBreaker({ failureThreshold: 1 })
      const controller = new AbortController()
      const call = pendingCall()
      const promise = breaker.execute(call.fn, { signal: controller.signal })
      controller.abort(new Error('not wanted'))
      call.reject(new Error('aborted'))
      await expect(promise).rejects.toThrow('not wanted')
      expect(breaker.state).toBe('closed')
      expect(breaker.stats.ignored).toBe(1)
    })

    test('a success after the abort is returned', async () => {
      const breaker = new CircuitBreaker()
      const controller = new AbortController()
      const call = pendingCall()
      const promise = breaker.execute(call.fn, { signal: controller.signal })
      controller.abort()
      call.resolve('paid')
      expect(await promise).toBe('paid')
    })
  })

  describe('given an open circuit', () => {
    test('refuses at once, says when a probe is due, and calls nothing', async () => {
      const clock = new TestClock()
      const breaker = await openBreaker({ clock, name: 'payments' })
      await clock.advance('2s')
      const fn = vi.fn(up)
      const error: CircuitOpenError = await breaker.execute(fn).catch((thrown) => thrown)
      expect(error).toMatchObject({
        code: 'CIRCUIT_OPEN',
        kind: 'unavailable',
        retryAfter: 8_000,
        details: { name: 'payments', state: 'open' },
        message: "Circuit 'payments' is open; a probe is due in 8s.",
      })
      expect(fn).not.toHaveBeenCalled()
      expect([breaker.retryAfter, breaker.stats.rejected]).toEqual([8_000, 1])
    })

    test('its error has code, kind and a message, also where someone else makes it', () => {
      expect(new CircuitOpenError()).toMatchObject({
        code: 'CIRCUIT_OPEN',
        kind: 'unavailable',
        message: 'The circuit is open.',
      })
    })

    test('refuses also for the longest pause, at a time with decimals', async () => {
      const clock = new TestClock()
      vi.spyOn(clock, 'monotonic').mockReturnValue(1_000_000.3)
      const breaker = await openBreaker({ clock, recoveryTimeout: Number.MAX_SAFE_INTEGER })
      await expect(breaker.execute(up)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' })
      expect(breaker.retryAfter).toBe(Number.MAX_SAFE_INTEGER)
    })

    test('its error says its own where it is told nothing', () => {
      const told = [null, 'down', { code: undefined, message: undefined }] as never[]
      for (const options of told)
        expect(new CircuitOpenError(options)).toMatchObject({
          code: 'CIRCUIT_OPEN',
          message: 'The circuit is open.',
        })
    })

    test('captures no stack unless asked', async () => {
      const [bare, full] = [await openBreaker(), await openBreaker({ stack: true })]
      const errors = await Promise.all([bare, full].map((breaker) => breaker.execute(up).catch((e) => e)))
      expect(errors.map(({ stack }) => stack.includes('\n    at '))).toEqual([false, true])
    })

    test('lets a probe through after recoveryTimeout and closes when it succeeds', async () => {
      const clock = new TestClock()
      const breaker = await openBreaker({ clock })
      await clock.advance('10s')
      expect(breaker.state).toBe('open')
      await breaker.execute(up)
      expect(breaker.state).toBe('closed')
    })

    test('a failing probe opens again, and the pause can grow', async () => {
      const clock = new TestClock()
      const breaker = await openBreaker({ clock, recoveryTimeout: (openings) => openings * 1_000 })
      await clock.advance('1s')
      await breaker.execute(fail).catch(() => {})
      expect([breaker.state, breaker.retryAfter, breaker.stats.openings]).toEqual(['open', 2_000, 2])
    })

    test('a recoveryTimeout that throws makes a pause of 30 s, and is reported', async () => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      const breaker = await openBreaker({
        clock: new TestClock(),
        recoveryTimeout: () => {
          throw new Error('no idea')
        },
      })
      expect([breaker.state, breaker.retryAfter]).toEqual(['open', 30_000])
      expect(warn).toHaveBeenCalledTimes(1)
    })

    test.each([0, -1, 'soon', undefined])(
      'a recoveryTimeout that gives %j makes a pause of 30 s, and is reported',
      async (pause) => {
        const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
        const breaker = await openBreaker({ clock: new TestClock(), recoveryTimeout: () => pause as never })
        expect(breaker.retryAfter).toBe(30_000)
        const texts = warn.mock.calls.map(([text]) => text)
        expect(texts).toEqual([expect.stringContaining('CircuitBreaker: recoveryTimeout threw')])
        expect(texts).toEqual([expect.stringContaining('CircuitBreaker: recoveryTimeout must be')])
      },
    )

    test('is not moved by a wall clock that is set back', async () => {
      const clock = new TestClock()
      const breaker = await openBreaker({ clock })
      clock.setNow(0)
      await clock.advance('10s')
      expect(await breaker.execute(up)).toBe('up')
    })
  })

  describe('by hand', () => {
    test('isolations count: the last release closes, and a second call of one release does nothing', async () => {
      const breaker = new CircuitBreaker()
      const [first, second] = [breaker.isolate(), breaker.isolate()]
      await expect(breaker.execute(up)).rejects.toMatchObject({ details: { state: 'isolated' } })
      first()
      first()
      expect(breaker.state).toBe('isolated')
      second()
      expect(breaker.state).toBe('closed')
    })

    test('no timer ends an isolation', async () => {
      const clock = new TestClock()
      const breaker = new CircuitBreaker({ clock })
      breaker.isolate()
      await clock.advance('7d')
      await expect(breaker.execute(up)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' })
    })

    test('close() ends isolations, whose releases then do nothing', () => {
      const breaker = new CircuitBreaker()
      const release = breaker.isolate()
      breaker.close()
      const other = breaker.isolate()
      release()
      expect(breaker.state).toBe('isolated')
      other()
      expect(breaker.state).toBe('closed')
    })

    test('disable() lets all pass and counts none', async () => {
      const breaker = new CircuitBreaker({ failureThreshold: 1 })
      breaker.disable()
      expect(await breaker.execute(() => 42)).toBe(42)
      await breaker.execute(fail).catch(() => {})
      expect([breaker.state, breaker.stats.failures]).toEqual(['disabled', 0])
      breaker.close()
      expect(breaker.state).toBe('closed')
    })

    test('close() drops what is under way and empties the counters', async () => {
      const breaker = new CircuitBreaker({ failureThreshold: 1 })
      const call = pendingCall()
      const promise = breaker.execute(call.fn)
      breaker.close()
      call.reject(new Error('down'))
      await promise.catch(() => {})
      expect([breaker.state, breaker.stats.failures, breaker.stats.late]).toEqual(['closed', 0, 1])
    })

    test('it tells why', async () => {
      const breaker = new CircuitBreaker()
      const heard = record(breaker, 'stateChange')
      const releases = [breaker.isolate(), breaker.isolate()]
      for (const release of releases) release()
      breaker.disable()
      breaker.disable()
      breaker.close()
      const changes = heard.map(
        (event) => (event as [string, { from: string; to: string; reason: string }])[1],
      )
      expect(changes.map(({ from, to, reason }) => [from, to, reason])).toEqual([
        ['closed', 'isolated', 'isolate'],
        ['isolated', 'closed', 'release'],
        ['closed', 'disabled', 'disable'],
        ['disabled', 'closed', 'close'],
      ])
    })

    test('an isolated circuit says so, and not when it ends', async () => {
      const breaker = new CircuitBreaker({ name: 'payments' })
      breaker.isolate()
      const error: CircuitOpenError = await breaker.execute(up).catch((thrown) => thrown)
      expect(error.message).toBe("Circuit 'payments' is isolated.")
      expect(error.retryAfter).toBeUndefined()
    })

    test.each(['success', 'failure'] as const)(
      'where a listener of a %s takes the circuit out of service, it does not open',
      async (event) => {
        const clock = new TestClock()
        const breaker = new CircuitBreaker({
          clock,
          window: { type: 'count', size: 1, failureRate: 1, minimumCalls: 1 },
          slowCall: { duration: '1s', rate: 1 },
        })
        breaker.on(event, () => breaker.disable())
        const call = breaker.execute(() => clock.sleep('1s').then(event === 'success' ? up : fail))
        const settled = call.catch(() => {})
        await clock.advance('1s')
        await settled
        expect(breaker.state).toBe('disabled')
      },
    )
  })

  describe('events', () => {
    test('stateChange comes after the new state has begun, with the reason', async () => {
      const clock = new TestClock()
      const breaker = new CircuitBreaker({ failureThreshold: 1, recoveryTimeout: '1s', clock, name: 'db' })
      const heard: unknown[] = []
      breaker.on('stateChange', (change) => heard.push({ ...change, now: breaker.state }))
      await breaker.execute(fail).catch(() => {})
      await clock.advance('1s')
      await breaker.execute(up)
      expect(heard).toEqual([
        { name: 'db', from: 'closed', to: 'open', reason: 'failures', now: 'open' },
        { name: 'db', from: 'open', to: 'half_open', reason: 'pause_over', now: 'half_open' },
        { name: 'db', from: 'half_open', to: 'closed', reason: 'probes_succeeded', now: 'closed' },
      ])
    })

    test('stateChange and rejected are on diagnostics channels', async () => {
      const heard: unknown[] = []
      const listen = (payload: unknown, channel: string | symbol) =>
        heard.push([channel, (payload as { name: string }).name])
      const names = ['stateChange', 'rejected'].map((event) => `base:resilience:circuit-breaker:${event}`)
      for (const name of names) subscribe(name, listen)
      const breaker = await openBreaker({ name: 'payments' })
      await breaker.execute(up).catch(() => {})
      for (const name of names) unsubscribe(name, listen)
      expect(heard).toEqual(names.map((name) => [name, 'payments']))
    })

    test('a misspelled one is refused', () => {
      expect(() => new CircuitBreaker().on('open' as never, () => {})).toThrow(
        'CircuitBreaker: event must be',
      )
    })

    test('a listener that throws changes nothing, and the others are told', async () => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      const breaker = new CircuitBreaker()
      const second = vi.fn()
      breaker.on('success', () => {
        throw new Error('no ink')
      })
      breaker.on('success', second)
      expect(await breaker.execute(() => 42)).toBe(42)
      expect([second.mock.calls.length, warn.mock.calls.length, breaker.state]).toEqual([1, 1, 'closed'])
    })
  })

  test.each([
    ['failureThreshold', { failureThreshold: 0 }],
    ['failureThreshold', { failureThreshold: Number.NaN }],
    ['failureThreshold', { failureThreshold: -1 }],
    ['failureThreshold', { failureThreshold: null }],
    ['recoveryTimeout', { recoveryTimeout: 0 }],
    ['recoveryTimeout', { recoveryTimeout: 'soon' }],
    ['window.type', { window: { type: 'sliding' } }],
    ['window.size', { window: { type: 'count', size: 0, failureRate: 1, minimumCalls: 1 } }],
    ['window.failureRate', { window: { type: 'count', size: 2, failureRate: 2, minimumCalls: 1 } }],
    ['slowCall', { slowCall: { duration: '1s', rate: 0.5 } }],
    ['halfOpen.permits', { halfOpen: { permits: 0 } }],
    ['failureThreshold', { failureThreshold: 5, window: { ...count } }],
    ['recoveryTimeout', { recoveryTimeout: -1 }],
    ['window.type', { window: null }],
    ['window.size', { window: { ...count, size: 1_000_001 } }],
    ['window.failureRate', { window: { ...count, failureRate: 0 } }],
    ['window.failureRate', { window: { ...count, failureRate: 1.01 } }],
    ['window.minimumCalls', { window: { ...count, minimumCalls: 0 } }],
    ['window.minimumCalls', { window: { ...count, minimumCalls: 5 } }],
    ['window.minimumCalls', { window: { ...time, minimumCalls: 0 } }],
    ['window.duration', { window: { ...time, duration: 0 } }],
    ['slowCall.duration', { window: count, slowCall: { duration: 0, rate: 0.5 } }],
    ['slowCall.duration', { window: count, slowCall: null }],
    ['slowCall.rate', { window: count, slowCall: { duration: '1s', rate: 0 } }],
    ['slowCall.rate', { window: count, slowCall: { duration: '1s', rate: 1.01 } }],
    ['halfOpen', { halfOpen: null }],
    ['halfOpen', { halfOpen: 3 }],
    ['halfOpen.successes', { halfOpen: { successes: 0 } }],
    ['halfOpen.timeout', { halfOpen: { timeout: 0 } }],
    ['isFailure', { isFailure: 'all' }],
    ['isFailureResult', { isFailureResult: 'all' }],
    ['stack', { stack: 'yes' }],
    ['name', { name: '' }],
  ])('refuses a wrong %s', (option, options) => {
    expect(() => new CircuitBreaker(options as never)).toThrow(`CircuitBreaker: ${option} must be`)
  })

  test.each<[string, CircuitBreakerOptions]>([
    ['a window of one call', { window: { ...count, size: 1, minimumCalls: 1 } }],
    ['as many minimumCalls as the window has', { window: { ...count, minimumCalls: 4 } }],
    ['rates of 1', { window: { ...count, failureRate: 1 }, slowCall: { duration: 1, rate: 1 } }],
    [
      'one of each',
      { failureThreshold: 1, recoveryTimeout: 1, halfOpen: { permits: 1, successes: 1, timeout: 1 } },
    ],
  ])('takes %s', (_, options) => {
    expect(new CircuitBreaker(options).state).toBe('closed')
  })

  test('says that an option goes with another window', () => {
    expect(() => new CircuitBreaker({ failureThreshold: 5, window: count })).toThrow(
      'left out with a rate window',
    )
    expect(() => new CircuitBreaker({ slowCall: { duration: 1, rate: 1 } })).toThrow(
      'left out with a consecutive window',
    )
  })
})
