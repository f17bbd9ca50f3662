import { TestClock } from '@base/core/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CircuitBreaker, type CircuitBreakerOptions, type CircuitOpenError } from './index.js'

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

/** A call that ends when the test says so. */
function pendingCall() {
  const { promise, resolve, reject } = deferred<string>()
  return { fn: () => promise, resolve, reject }
}

afterEach(() => {
  vi.restoreAllMocks()
})

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
      expect(breaker.retryAfter).toBe(8_000)
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

    test.each([null, 1, 'open', {}, { value: 99 }, { version: 2, state: 'open' }])(
      'refuses %j',
      (initial) => {
        expect(() => new CircuitBreaker({ initial: initial as never })).toThrow(
          'initial must be what snapshot()',
        )
      },
    )
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
    ['isFailure', { isFailure: 'all' }],
    ['name', { name: '' }],
  ])('refuses a wrong %s', (option, options) => {
    expect(() => new CircuitBreaker(options as never)).toThrow(`CircuitBreaker: ${option} must be`)
  })
})
