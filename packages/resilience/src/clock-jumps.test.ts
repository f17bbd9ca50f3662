import type { Clock } from '@base/core/clock'
import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { Bulkhead } from './bulkhead/bulkhead.js'
import { CircuitBreaker } from './circuit-breaker/circuit-breaker.js'
import { constant, Retry, retryBudget } from './retry/index.js'
import { Timeout } from './timeout/timeout.js'

const HOUR = 3_600_000
const down = () => Promise.reject(new Error('down'))
const up = async () => 'up'

/** A process that is suspended and goes on: its clocks have moved, and no timer has fired. */
class SuspendedClock extends TestClock {
  #slept = 0

  suspend(duration: number): void {
    this.#slept += duration
  }

  override monotonic(): number {
    return super.monotonic() + this.#slept
  }

  override now(): number {
    return super.now() + this.#slept
  }
}

describe('after the process was suspended', () => {
  test('an open circuit whose pause is over lets a probe through', async () => {
    const clock = new SuspendedClock()
    const breaker = new CircuitBreaker({ failureThreshold: 1, clock })
    await breaker.execute(down).catch(() => {})
    clock.suspend(HOUR)
    expect([await breaker.execute(up), breaker.state]).toEqual(['up', 'closed'])
  })

  test('a time window has forgotten what is too old, though its timer has not fired', async () => {
    const clock = new SuspendedClock()
    const breaker = new CircuitBreaker({
      window: { type: 'time', duration: '10s', failureRate: 0.5, minimumCalls: 2 },
      clock,
    })
    await breaker.execute(down).catch(() => {})
    clock.suspend(HOUR)
    await breaker.execute(down).catch(() => {})
    expect(breaker.state).toBe('closed')
  })

  test('a call whose time is over ends at the next tick, and one that comes then has its whole time', async () => {
    const clock = new SuspendedClock()
    const timeout = new Timeout({ timeout: '10s', clock })
    const hang = () => timeout.execute(() => new Promise(() => {})).catch((error) => error.code)
    const before = hang()
    await clock.advance('9s')
    clock.suspend(HOUR)
    const after = hang()
    await clock.advance('1s')
    expect(await before).toBe('TIMEOUT')
    expect(clock.pending).toBe(1)
    await clock.advance('9s')
    expect([await after, clock.pending]).toEqual(['TIMEOUT', 0])
  })

  test('a wait for a slot ends by the same rule', async () => {
    const clock = new SuspendedClock()
    const bulkhead = new Bulkhead({ maxConcurrent: 1, maxWait: '5s', clock })
    bulkhead.execute(() => new Promise(() => {}))
    const waiting = bulkhead.execute(up).catch((error) => error.code)
    clock.suspend(HOUR)
    await clock.advance('5s')
    expect([await waiting, bulkhead.queued, clock.pending]).toEqual(['BULKHEAD_FULL', 0, 0])
  })

  test('a budget is filled for ten seconds, and not for all that time', () => {
    const clock = new SuspendedClock()
    const budget = retryBudget({ ratio: 0, minPerSecond: 1, clock })
    budget.withdraw(clock)
    clock.suspend(HOUR)
    budget.deposit(clock)
    expect(budget.available).toBe(10)
  })
})

describe.each([
  ['back', -7 * 24 * HOUR],
  ['forwards', 7 * 24 * HOUR],
])('a wall clock that is set %s', (_, by) => {
  const jump = (clock: TestClock) => clock.setNow(clock.now() + by)

  test('moves no circuit', async () => {
    const clock = new TestClock()
    const breaker = new CircuitBreaker({ failureThreshold: 1, recoveryTimeout: '10s', clock })
    await breaker.execute(down).catch(() => {})
    jump(clock)
    await clock.advance(9_999)
    await expect(breaker.execute(up)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN', retryAfter: 1 })
    await clock.advance(1)
    expect(await breaker.execute(up)).toBe('up')
  })

  test.each<[string, (clock: Clock) => Promise<unknown>]>([
    ['timeout', (clock) => new Timeout({ timeout: '10s', clock }).execute(() => new Promise(() => {}))],
    ['retry', (clock) => new Retry({ maxAttempts: 2, backoff: constant('10s'), clock }).execute(down)],
    [
      'limit on elapsed time',
      (clock) =>
        new Retry({ maxAttempts: 9, backoff: constant('10s'), maxElapsed: '10s', clock }).execute(down),
    ],
  ])('makes a %s neither longer nor shorter', async (_, call) => {
    const clock = new TestClock()
    let ended: number | undefined
    call(clock).catch(() => {
      ended = clock.monotonic()
    })
    await clock.advance('1s')
    jump(clock)
    await clock.advance(8_999)
    expect(ended).toBeUndefined()
    await clock.advance(1)
    expect(ended).toBe(10_000)
  })
})
