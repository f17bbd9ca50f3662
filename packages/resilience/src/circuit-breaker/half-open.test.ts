import { InvalidOptionError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { CircuitBreaker, type CircuitBreakerOptions } from './index.js'
import { fail, openBreaker, pendingCall, record, up } from './test-breakers.js'

describe('CircuitBreaker', () => {
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

    test('a probe that did not get past a key that is too long gives its permit back', async () => {
      const { breaker, call, probe } = await probed()
      call.reject(new InvalidOptionError({ package: 'p', option: 'key', allowed: 'short', received: 1 }))
      await expect(probe).rejects.toBeInstanceOf(InvalidOptionError)
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
})
