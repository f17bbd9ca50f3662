import type { Timer } from '@base/core/clock'
import { TestClock } from '@base/core/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CircuitBreaker, type CircuitBreakerOptions } from './index.js'
import { fail, record, up } from './test-breakers.js'

afterEach(() => {
  vi.unstubAllGlobals()
})

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

describe('CircuitBreaker', () => {
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

    test('a time window keeps what was good on workerd, where its timer is gone with a request', async () => {
      vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
      const clock = new LateClock()
      const window = { type: 'time', duration: '10s', failureRate: 0.5, minimumCalls: 4 } as const
      const breaker = new CircuitBreaker({ window, clock })
      await breaker.execute(up)
      clock.suspend(20_000)
      for (const fn of [up, up, up, up, up, fail, fail, fail, fail])
        await breaker.execute<string>(fn).catch(() => {})
      expect(breaker.state).toBe('closed')
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

      test('are not those that fail fast', async () => {
        const { breaker } = await callsOf([1, 2], { isFailureResult: (value) => value === 2 })
        expect([breaker.state, breaker.stats.failures]).toEqual(['closed', 1])
      })

      test('are asked for of synchronous functions, too', async () => {
        const clock = new TestClock()
        const slowCall = { duration: 1_000, rate: 1 }
        const breaker = new CircuitBreaker({ clock, window, slowCall })
        expect(await breaker.execute(() => 42)).toBe(42)
        const thrown = breaker.execute(() => {
          throw new Error('down')
        })
        await expect(thrown).rejects.toThrow('down')
        expect(breaker.stats).toMatchObject({ successes: 1, failures: 1, slow: 0 })
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
})
