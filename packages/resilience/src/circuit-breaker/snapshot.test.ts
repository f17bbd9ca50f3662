import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { CircuitBreaker, type CircuitBreakerSnapshot } from './index.js'
import { fail, openBreaker, up } from './test-breakers.js'

describe('CircuitBreaker', () => {
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

    test('a half-open circuit is restored with the pause of its openings as the time that a probe may hang', async () => {
      const clock = new TestClock()
      const recoveryTimeout = (openings: number) => openings * 1_000
      const breaker = await openBreaker({ clock, recoveryTimeout })
      await clock.advance('1s')
      await breaker.execute(fail).catch(() => {})
      await clock.advance('2s')
      breaker.execute(() => new Promise(() => {}))
      const restored = new CircuitBreaker({ initial: breaker.snapshot(), recoveryTimeout, clock })
      restored.execute(() => new Promise(() => {}))
      await clock.advance(1_999)
      await restored.execute(fail).catch(() => {})
      expect(restored.state).toBe('half_open')
      await clock.advance(1)
      await restored.execute(fail).catch(() => {})
      expect([restored.state, restored.retryAfter]).toEqual(['open', 3_000])
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

    test('of the longest pause can be restored', async () => {
      const clock = new TestClock()
      const breaker = await openBreaker({ clock, recoveryTimeout: Number.MAX_SAFE_INTEGER })
      expect(new CircuitBreaker({ initial: breaker.snapshot(), clock }).state).toBe('open')
    })

    test('of a wall clock before 1970 can be restored', async () => {
      const clock = new TestClock({ now: -100_000 })
      const breaker = await openBreaker({ clock })
      expect(new CircuitBreaker({ initial: breaker.snapshot(), clock }).retryAfter).toBe(10_000)
    })

    test('is read once, as it is', () => {
      let reads = 0
      const initial = {
        ...whole,
        get state() {
          reads++
          return reads === 1 ? 'closed' : 'ajar'
        },
      } as CircuitBreakerSnapshot
      expect(new CircuitBreaker({ initial }).state).toBe('closed')
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

    test('no release of this process ends the isolation of another, close() does', () => {
      const isolated = new CircuitBreaker()
      isolated.isolate()
      const restored = new CircuitBreaker({ initial: isolated.snapshot() })
      restored.isolate()()
      expect(restored.state).toBe('isolated')
      restored.close()
      expect(restored.state).toBe('closed')
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
      ['the one that it would have where there was none', { ...whole, state: 'half_open' }, 30_000],
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
})
