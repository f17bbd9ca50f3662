import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Timer } from '@base/core/clock'
import { AppError, RateLimitedError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { BulkheadFullError } from '../bulkhead/index.js'
import { Hedge } from '../hedge/index.js'
import { pipeline } from '../pipeline/index.js'
import { Timeout } from '../timeout/index.js'
import {
  CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitBreakerSnapshot,
  CircuitOpenError,
} from './index.js'

/** A promise that settles when the test says so. */
function deferred<T>() {
  let resolve: (value: T) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}

const fail = () => Promise.reject(new Error('down'))
const up = async () => 'up'

/** Opened by one failure. */
async function openBreaker(options: CircuitBreakerOptions = {}) {
  const breaker = new CircuitBreaker({ failureThreshold: 1, recoveryTimeout: '10s', ...options })
  await expect(breaker.execute(fail)).rejects.toThrow('down')
  return breaker
}

/** Ends only when it is given up. */
const untilAborted = ({ signal }: { readonly signal: AbortSignal }) =>
  new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

const oops = () => {
  throw new Error('oops')
}

/** A clock that may move without its timers, and that knows those which keep nothing alive, too. */
class LateClock extends TestClock {
  readonly timers = new Set<object>()
  #late = 0

  suspend(duration: number): void {
    this.#late += duration
  }

  override monotonic(): number {
    return super.monotonic() + this.#late
  }

  override schedule(...args: Parameters<TestClock['schedule']>): Timer {
    const timer = super.schedule(...args)
    this.timers.add(timer)
    return {
      ref: () => timer.ref(),
      unref: () => timer.unref(),
      cancel: () => {
        this.timers.delete(timer)
        timer.cancel()
      },
    }
  }
}

/** What a breaker tells by these events, in order. */
function record(breaker: CircuitBreaker, ...events: ('stateChange' | 'success' | 'failure' | 'rejected')[]) {
  const heard: unknown[] = []
  for (const event of events) breaker.on(event, (payload) => heard.push([event, payload]))
  return heard
}

/** A call that ends when the test says so. */
function pendingCall() {
  const { promise, resolve, reject } = deferred<string>()
  return { fn: () => promise, resolve, reject }
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

  describe('given a half-open circuit', () => {
    async function probed(options: CircuitBreakerOptions = {}) {
      const clock = new TestClock()
      const breaker = await openBreaker({ clock, ...options })
      await clock.advance('10s')
      const call = pendingCall()
      const probe = breaker.execute(call.fn)
      return { clock, breaker, call, probe }
    }

    test('lets exactly `permits` through under 1,000 concurrent calls', async () => {
      const clock = new TestClock()
      const breaker = await openBreaker({ clock, halfOpen: { permits: 3, successes: 3 } })
      await clock.advance('10s')
      const fn = vi.fn(up)
      const all = await Promise.allSettled(Array.from({ length: 1_000 }, () => breaker.execute(fn)))
      expect(fn).toHaveBeenCalledTimes(3)
      expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(997)
      expect(breaker.state).toBe('closed')
    })

    test('needs `successes` in total, which may exceed `permits`', async () => {
      const clock = new TestClock()
      const breaker = await openBreaker({ clock, halfOpen: { permits: 1, successes: 2 } })
      await clock.advance('10s')
      await breaker.execute(up)
      expect(breaker.state).toBe('half_open')
      await breaker.execute(up)
      expect(breaker.state).toBe('closed')
    })

    test('a hung probe cannot wedge it: the next call after its time finds it open since then', async () => {
      const { clock, breaker } = await probed({ halfOpen: { timeout: '2s' } })
      await clock.advance('3s')
      await expect(breaker.execute(up)).rejects.toMatchObject({ retryAfter: 9_000 })
      expect(breaker.stats.openings).toBe(2)
      await clock.advance('9s')
      expect(await breaker.execute(up)).toBe('up')
    })

    test('a probe that hangs for just its time is over', async () => {
      const { clock, breaker } = await probed({ halfOpen: { timeout: '2s' } })
      const heard = record(breaker, 'stateChange')
      await clock.advance(1_999)
      await expect(breaker.execute(up)).rejects.toMatchObject({ details: { state: 'half_open' } })
      await clock.advance(1)
      await expect(breaker.execute(up)).rejects.toMatchObject({ retryAfter: 10_000 })
      const change = { name: 'circuit-breaker', from: 'half_open', to: 'open', reason: 'probe_timeout' }
      expect(heard).toEqual([['stateChange', change]])
    })

    test('a probe may hang for as long as the pause was, where nobody says', async () => {
      const { clock, breaker } = await probed()
      await clock.advance(9_999)
      await breaker.execute(up).catch(() => {})
      expect(breaker.state).toBe('half_open')
      await clock.advance(1)
      await breaker.execute(up).catch(() => {})
      expect(breaker.state).toBe('open')
    })

    test('refuses who is no probe, and does not know how long', async () => {
      const { breaker } = await probed({ name: 'payments' })
      const heard = record(breaker, 'rejected')
      const error = await breaker.execute(up).catch((thrown) => thrown)
      expect(error).toMatchObject({
        message: "Circuit 'payments' is being probed.",
        details: { name: 'payments', state: 'half_open' },
      })
      expect(error.retryAfter).toBeUndefined()
      expect(heard).toEqual([['rejected', { name: 'payments', error }]])
    })

    const down = new Error('down')
    test.each([
      ['rejects', () => Promise.reject(down), { error: down }],
      [
        'throws',
        () => {
          throw down
        },
        { error: down },
      ],
      ['gives a bad value at once', () => 503, { value: 503 }],
      ['gives a bad value', async () => 503, { value: 503 }],
    ])('a probe that %s opens the circuit again', async (_, probe, outcome) => {
      const clock = new TestClock()
      const breaker = await openBreaker({ clock, isFailureResult: (value) => value === 503 })
      await clock.advance('10s')
      const heard = record(breaker, 'failure', 'stateChange')
      await breaker.execute(probe as () => unknown).catch(() => {})
      expect([breaker.state, breaker.retryAfter, breaker.stats.failures]).toEqual(['open', 10_000, 2])
      const named = { name: 'circuit-breaker' }
      expect(heard).toEqual([
        ['stateChange', { ...named, from: 'open', to: 'half_open', reason: 'pause_over' }],
        ['failure', { ...named, ...outcome, slow: false }],
        ['stateChange', { ...named, from: 'half_open', to: 'open', reason: 'probe_failed' }],
      ])
    })

    test.each([
      ['just as long as a slow call', 1_000, 'open', 1],
      ['a little less', 999, 'closed', 0],
    ])('a successful probe that takes %s: %i ms', async (_, took, state, slow) => {
      const clock = new TestClock()
      const breaker = await openBreaker({
        clock,
        failureThreshold: undefined,
        window: { type: 'count', size: 1, failureRate: 1, minimumCalls: 1 },
        slowCall: { duration: '1s', rate: 1 },
      })
      await clock.advance('10s')
      const heard = record(breaker, 'stateChange')
      const probe = breaker.execute(() => clock.sleep(took))
      await clock.advance(took)
      await probe
      expect([breaker.state, breaker.stats.slow, breaker.stats.successes]).toEqual([state, slow, 1])
      const reason = slow === 1 ? 'slow_calls' : 'probes_succeeded'
      expect(heard.at(-1)).toMatchObject(['stateChange', { from: 'half_open', reason }])
    })

    test('a probe that fails slowly counts as slow, too', async () => {
      const clock = new TestClock()
      const breaker = await openBreaker({
        clock,
        failureThreshold: undefined,
        window: { type: 'count', size: 1, failureRate: 1, minimumCalls: 1 },
        slowCall: { duration: '1s', rate: 1 },
      })
      await clock.advance('10s')
      const probe = breaker.execute(() => clock.sleep('1s').then(fail)).catch(() => {})
      await clock.advance('1s')
      await probe
      expect(breaker.stats).toMatchObject({ failures: 2, slow: 1 })
    })

    test.each(['success', 'failure'] as const)(
      'what a listener of a %s does by hand, stays',
      async (event) => {
        const { breaker, call, probe } = await probed()
        breaker.on(event, () => breaker.disable())
        if (event === 'success') call.resolve('up')
        else call.reject(new Error('down'))
        await probe.catch(() => {})
        expect(breaker.state).toBe('disabled')
      },
    )

    test.each([
      ['success', (call: ReturnType<typeof pendingCall>) => call.resolve('up')],
      ['failure', (call: ReturnType<typeof pendingCall>) => call.reject(new Error('down'))],
    ])('a %s of a probe that comes after close() is late', async (_, end) => {
      const { breaker, call, probe } = await probed()
      breaker.close()
      end(call)
      await probe.catch(() => {})
      expect([breaker.state, breaker.stats]).toEqual([
        'closed',
        { successes: 0, failures: 0, slow: 0, ignored: 0, late: 1, rejected: 0, openings: 0 },
      ])
    })

    test('counts what its probes come to', async () => {
      const { breaker, call, probe } = await probed({ isFailure: (e) => (e as Error).message === 'down' })
      call.reject(new Error('not found'))
      await probe.catch(() => {})
      await breaker.execute(up)
      expect(breaker.stats).toMatchObject({ successes: 1, failures: 1, ignored: 1, late: 0 })
    })

    test('a probe that is ignored gives its permit back', async () => {
      const { breaker, call, probe } = await probed({ isFailure: (e) => (e as Error).message === 'down' })
      call.reject(new Error('not found'))
      await expect(probe).rejects.toThrow('not found')
      expect(breaker.state).toBe('half_open')
      expect(await breaker.execute(up)).toBe('up')
    })

    test('the late result of an older state moves nothing', async () => {
      const clock = new TestClock()
      const breaker = new CircuitBreaker({ failureThreshold: 1, recoveryTimeout: '10s', clock })
      const [late, lateToo] = [pendingCall(), pendingCall()]
      const promises = [breaker.execute(late.fn), breaker.execute(lateToo.fn)]
      await breaker.execute(fail).catch(() => {})
      await clock.advance('10s')
      const call = pendingCall()
      const probe = breaker.execute(call.fn)
      late.reject(new Error('down'))
      lateToo.resolve('up')
      await Promise.allSettled(promises)
      expect([breaker.state, breaker.stats.late]).toEqual(['half_open', 2])
      call.resolve('up')
      await probe
      expect(breaker.state).toBe('closed')
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

  describe('rate windows', () => {
    test.each([
      ['count', { type: 'count', size: 4, failureRate: 0.5, minimumCalls: 4 }],
      ['time', { type: 'time', duration: '10s', failureRate: 0.5, minimumCalls: 4 }],
    ] as const)('a %s window opens at its rate, and not before minimumCalls', async (_, window) => {
      const breaker = new CircuitBreaker({ window, clock: new TestClock() })
      await breaker.execute(fail).catch(() => {})
      await breaker.execute(up)
      await breaker.execute(up)
      expect(breaker.state).toBe('closed')
      await breaker.execute(fail).catch(() => {})
      expect(breaker.state).toBe('open')
    })

    test('a count window forgets the oldest call', async () => {
      const window = { type: 'count', size: 2, failureRate: 1, minimumCalls: 2 } as const
      const breaker = new CircuitBreaker({ window })
      for (const fn of [fail, up, fail]) await breaker.execute<string>(fn).catch(() => {})
      expect(breaker.state).toBe('closed')
      await breaker.execute(fail).catch(() => {})
      expect(breaker.state).toBe('open')
    })

    test('a count window forgets what was good as well', async () => {
      const window = { type: 'count', size: 2, failureRate: 1, minimumCalls: 2 } as const
      const breaker = new CircuitBreaker({ window })
      for (const fn of [up, up, up, fail]) await breaker.execute<string>(fn).catch(() => {})
      expect(breaker.state).toBe('closed')
      await breaker.execute(fail).catch(() => {})
      expect(breaker.state).toBe('open')
    })

    describe.each([
      ['count', { type: 'count', size: 4, failureRate: 1, minimumCalls: 2 }],
      ['time', { type: 'time', duration: '1m', failureRate: 1, minimumCalls: 2 }],
    ] as const)('slow calls in a %s window', (_, window) => {
      /** Calls that take so long, one after the other. */
      async function callsOf(durations: readonly number[], options: CircuitBreakerOptions = {}) {
        const clock = new TestClock()
        await clock.advance('1h')
        const slowCall = { duration: 1_000, rate: 0.5 }
        const breaker = new CircuitBreaker({ clock, window, slowCall, ...options })
        const heard = record(breaker, 'success', 'failure', 'stateChange')
        for (const duration of durations) {
          const call = breaker.execute(() => clock.sleep(duration).then(() => duration))
          const settled = call.catch(() => {})
          await clock.advance(duration)
          await settled
        }
        return { breaker, heard }
      }

      test.each([
        ['at the rate', [1, 1_000], 'open'],
        ['below it', [1, 1, 1_000], 'closed'],
        ['where all are a little faster', [999, 999, 999], 'closed'],
        ['before minimumCalls', [5_000], 'closed'],
      ] as const)('%s: %j ms', async (_, durations, state) => {
        const { breaker } = await callsOf(durations)
        expect(breaker.state).toBe(state)
        expect(breaker.stats).toMatchObject({
          slow: durations.filter((duration) => duration >= 1_000).length,
          successes: durations.length,
          failures: 0,
        })
      })

      test('are told as successes that were slow, and the opening by its reason', async () => {
        const { heard } = await callsOf([1, 1_000])
        const named = { name: 'circuit-breaker' }
        expect(heard).toEqual([
          ['success', { ...named, value: 1, slow: false }],
          ['success', { ...named, value: 1_000, slow: true }],
          ['stateChange', { ...named, from: 'closed', to: 'open', reason: 'slow_calls' }],
        ])
      })

      test('are no failures', async () => {
        const slowCall = { duration: 1_000, rate: 1 }
        const { breaker } = await callsOf([1, 1_000, 1_000, 1_000], {
          window: { ...window, failureRate: 0.5 },
          slowCall,
        })
        expect(breaker.state).toBe('closed')
      })

      test('that give a bad value are failures, and slow', async () => {
        const { breaker, heard } = await callsOf([1_000], { isFailureResult: (value) => value === 1_000 })
        expect(breaker.stats).toMatchObject({ slow: 1, successes: 0, failures: 1 })
        expect(heard).toEqual([['failure', { name: 'circuit-breaker', value: 1_000, slow: true }]])
      })

      test('count from their own start', async () => {
        const { breaker } = await callsOf([1, 1, 1, 1])
        expect([breaker.state, breaker.stats.slow]).toEqual(['closed', 0])
      })
    })

    test('a slow call that ends after the state has changed is late', async () => {
      const clock = new TestClock()
      const window = { type: 'count', size: 1, failureRate: 1, minimumCalls: 1 } as const
      const breaker = new CircuitBreaker({ clock, window, slowCall: { duration: '1s', rate: 1 } })
      const call = breaker.execute(() => clock.sleep('1s'))
      breaker.isolate()
      await clock.advance('1s')
      await call
      expect(breaker.stats).toMatchObject({ late: 1, slow: 0, successes: 0 })
    })

    test('a slow call that fails counts once as either', async () => {
      const clock = new TestClock()
      const window = { type: 'count', size: 2, failureRate: 1, minimumCalls: 2 } as const
      const breaker = new CircuitBreaker({ clock, window, slowCall: { duration: '1s', rate: 1 } })
      const call = breaker.execute(() => clock.sleep('1s').then(fail)).catch(() => {})
      await clock.advance('1s')
      await call
      expect(breaker.stats).toMatchObject({ slow: 1, failures: 1, successes: 0 })
    })

    test('a count window forgets slow calls, too', async () => {
      const clock = new TestClock()
      const window = { type: 'count', size: 2, failureRate: 1, minimumCalls: 2 } as const
      const breaker = new CircuitBreaker({ clock, window, slowCall: { duration: '1s', rate: 1 } })
      const states: string[] = []
      for (const took of [1_000, 1, 1_000, 1_000]) {
        const call = breaker.execute(() => clock.sleep(took))
        await clock.advance(took)
        await call
        states.push(breaker.state)
      }
      expect(states).toEqual(['closed', 'closed', 'closed', 'open'])
    })

    test('slow calls open the circuit, although they succeed', async () => {
      const clock = new TestClock()
      const window = { type: 'count', size: 10, failureRate: 1, minimumCalls: 2 } as const
      const breaker = new CircuitBreaker({ clock, window, slowCall: { duration: '1s', rate: 0.5 } })
      for (let call = 0; call < 2; call++) {
        const promise = breaker.execute(() => clock.sleep('1s'))
        await clock.advance('1s')
        await promise
      }
      expect([breaker.state, breaker.stats.slow, breaker.stats.failures]).toEqual(['open', 2, 0])
    })

    describe('a time window of 10 s', () => {
      const window = { type: 'time', duration: '10s', failureRate: 0.6, minimumCalls: 2 } as const

      /** Calls at these times, on a clock whose timers are on time. */
      async function callsAt(...calls: readonly (readonly [at: number, fn: () => Promise<string>])[]) {
        const clock = new TestClock()
        const breaker = new CircuitBreaker({ clock, window })
        for (const [at, fn] of calls) {
          await clock.advance(at - clock.monotonic())
          await breaker.execute(fn).catch(() => {})
        }
        return breaker
      }

      test.each([
        ['remembers a call just before its time is over', 9_999, 'open'],
        ['forgets it when it is over', 10_000, 'closed'],
      ])('%s', async (_, later, state) => {
        expect((await callsAt([0, fail], [later, fail])).state).toBe(state)
      })

      test('forgets a success when its time is over, and not the later one with it', async () => {
        const beside = await callsAt([0, up], [5_000, up], [9_999, fail], [9_999, fail])
        expect(beside.state).toBe('closed')
        const after = await callsAt([0, up], [5_000, up], [10_000, fail], [10_000, fail])
        expect(after.state).toBe('open')
      })

      test('forgets also while calls come in close order', async () => {
        expect((await callsAt([0, fail], [9_500, up], [10_000, fail])).state).toBe('closed')
      })

      test('begins anew when the circuit has closed', async () => {
        const breaker = await callsAt([0, fail])
        breaker.close()
        await breaker.execute(fail).catch(() => {})
        expect(breaker.state).toBe('closed')
      })

      test('does not put a call that comes after a late timer to those of long before', async () => {
        const clock = new LateClock()
        const breaker = new CircuitBreaker({ clock, window })
        await breaker.execute(up)
        clock.suspend(9_500)
        await breaker.execute(fail).catch(() => {})
        clock.suspend(1_000)
        await breaker.execute(fail).catch(() => {})
        expect(breaker.state).toBe('open')
      })

      test('has one timer at most, and none once the circuit is open', async () => {
        const clock = new LateClock()
        const breaker = new CircuitBreaker({ clock, window: { ...window, minimumCalls: 3 } })
        for (let call = 0; call < 2; call++) {
          await breaker.execute(fail).catch(() => {})
          clock.suspend(1_500)
        }
        expect(clock.timers.size).toBe(1)
        await breaker.execute(fail).catch(() => {})
        expect([breaker.state, clock.timers.size]).toEqual(['open', 0])
      })
    })

    test('the timer of a time window keeps nothing alive', async () => {
      const clock = new TestClock()
      const window = { type: 'time', duration: '10s', failureRate: 0.5, minimumCalls: 4 } as const
      await new CircuitBreaker({ clock, window }).execute(up)
      expect(clock.pending).toBe(0)
    })
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

  describe('snapshot', () => {
    test('an open circuit goes on in another process until its wall-clock time', async () => {
      const clock = new TestClock()
      const breaker = await openBreaker({ clock })
      const snapshot = JSON.parse(JSON.stringify(breaker.snapshot()))
      const other = new TestClock({ now: clock.now() + 4_000 })
      const restored = new CircuitBreaker({ initial: snapshot, clock: other })
      expect([restored.state, restored.retryAfter]).toEqual(['open', 6_000])
    })

    test('a half-open circuit is restored as open with a probe due', async () => {
      const clock = new TestClock()
      const breaker = await openBreaker({ clock })
      await clock.advance('10s')
      breaker.execute(() => new Promise(() => {}))
      const restored = new CircuitBreaker({ initial: breaker.snapshot(), clock })
      expect([breaker.state, restored.state, restored.retryAfter]).toEqual(['half_open', 'open', 0])
      await restored.execute(up)
      expect(restored.state).toBe('closed')
    })

    test('says until when on the wall clock, also some time after the opening', async () => {
      const clock = new TestClock()
      await clock.advance('1h')
      const breaker = await openBreaker({ clock })
      await clock.advance('3s')
      expect(breaker.snapshot()).toEqual({
        version: 1,
        state: 'open',
        openings: 1,
        failures: 0,
        pause: 10_000,
        until: clock.now() + 7_000,
      })
    })

    const whole: CircuitBreakerSnapshot = {
      version: 1,
      state: 'closed',
      openings: 3,
      failures: 2,
      pause: 0,
      until: 0,
    }

    test.each(['closed', 'isolated', 'disabled'] as const)('a circuit that is %s is restored', (state) => {
      const restored = new CircuitBreaker({ initial: { ...whole, state } })
      expect([restored.state, restored.stats.openings]).toEqual([state, 3])
    })

    test('a closed circuit goes on with its failures in a row', async () => {
      const breaker = new CircuitBreaker({ failureThreshold: 3 })
      for (let call = 0; call < 2; call++) await breaker.execute(fail).catch(() => {})
      expect(breaker.snapshot()).toEqual({ ...whole, openings: 0 })
      const restored = new CircuitBreaker({ failureThreshold: 3, initial: breaker.snapshot() })
      await restored.execute(fail).catch(() => {})
      expect(restored.state).toBe('open')
    })

    test.each([
      ['the pause that it had', { ...whole, state: 'open', pause: 10_000 }, 10_000],
      ['30 s where there was none', { ...whole, state: 'half_open' }, 30_000],
    ] as const)('a probe of a restored circuit may hang for %s', async (_, initial, time) => {
      const clock = new TestClock()
      const restored = new CircuitBreaker({ clock, initial })
      restored.execute(() => new Promise(() => {}))
      await clock.advance(time - 1)
      await restored.execute(up).catch(() => {})
      expect(restored.state).toBe('half_open')
      await clock.advance(1)
      await restored.execute(up).catch(() => {})
      expect(restored.state).toBe('open')
    })

    test('a wall clock that has jumped makes the pause no longer than it was', () => {
      const clock = new TestClock()
      const until = clock.now() + 3_600_000
      const restored = new CircuitBreaker({
        clock,
        initial: { ...whole, state: 'open', pause: 10_000, until },
      })
      expect(restored.retryAfter).toBe(10_000)
    })

    test.each([
      null,
      1,
      'open',
      {},
      { value: 99 },
      { ...whole, version: 2 },
      { ...whole, state: 'ajar' },
      { ...whole, openings: -1 },
      { ...whole, openings: '3' },
      { ...whole, failures: 1.5 },
      { ...whole, pause: -1 },
      { ...whole, until: undefined },
    ])('refuses %j', (initial) => {
      expect(() => new CircuitBreaker({ initial: initial as never })).toThrow(
        'CircuitBreaker: initial must be what snapshot()',
      )
    })
  })

  test.each([
    ['failureThreshold', { failureThreshold: 0 }],
    ['failureThreshold', { failureThreshold: Number.NaN }],
    ['failureThreshold', { failureThreshold: -1 }],
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
    ['slowCall.rate', { window: count, slowCall: { duration: '1s', rate: 0 } }],
    ['slowCall.rate', { window: count, slowCall: { duration: '1s', rate: 1.01 } }],
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
