import { TestClock } from '@base/core/testing'
import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CircuitBreaker } from './index.js'

const THRESHOLD = 3
const PAUSE = 10_000

/** The simplest breaker that is right: consecutive failures, one probe. */
class Reference {
  state = 'closed'
  #failures = 0
  #until = 0

  /** Whether a call is let through. */
  begins(now: number): boolean {
    if (this.state === 'open' && now >= this.#until) this.state = 'half_open'
    return this.state !== 'open'
  }

  ends(outcome: string, now: number): void {
    if (outcome === 'ignored') return
    if (outcome === 'success') {
      this.#failures = 0
      this.state = 'closed'
      return
    }
    this.#failures++
    if (this.state === 'closed' && this.#failures < THRESHOLD) return
    this.#failures = 0
    this.state = 'open'
    this.#until = now + PAUSE
  }
}

const step = fc.oneof(
  fc.constantFrom('success', 'failure', 'ignored'),
  fc.integer({ min: 0, max: 2 * PAUSE }),
)

describe('CircuitBreaker', () => {
  test('any sequence of outcomes and pauses gives the states of the reference', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const clock = new TestClock()
        const reference = new Reference()
        const breaker = new CircuitBreaker({
          failureThreshold: THRESHOLD,
          recoveryTimeout: PAUSE,
          isFailure: (error) => error === 'failure',
          clock,
        })
        for (const what of steps) {
          if (typeof what === 'number') {
            await clock.advance(what)
            continue
          }
          const begins = reference.begins(clock.monotonic())
          let called = false
          await breaker
            .execute(() => {
              called = true
              if (what !== 'success') throw what
            })
            .catch(() => {})
          if (begins) reference.ends(what, clock.monotonic())
          expect([called, breaker.state]).toEqual([begins, reference.state])
        }
      }),
      { numRuns: runs({ ci: 100, soak: 10_000 }) },
    )
  })

  test('a count window agrees with a list of the last calls', async () => {
    const rule = fc.record({
      size: fc.integer({ min: 1, max: 8 }),
      rate: fc.double({ min: 0.1, max: 1, noNaN: true }),
    })
    await fc.assert(
      fc.asyncProperty(rule, fc.array(fc.boolean(), { maxLength: 40 }), async ({ size, rate }, outcomes) => {
        const breaker = new CircuitBreaker({
          window: { type: 'count', size, failureRate: rate, minimumCalls: size },
        })
        let last: boolean[] = []
        for (const good of outcomes) {
          await breaker.execute(() => (good ? 1 : Promise.reject(new Error('down')))).catch(() => {})
          last = [...last, good].slice(-size)
          const failures = last.filter((each) => !each).length
          const opens = !good && last.length === size && failures / size >= rate
          expect(breaker.state).toBe(opens ? 'open' : 'closed')
          if (opens) return
        }
      }),
      { numRuns: runs({ ci: 100, soak: 10_000 }) },
    )
  })

  test('a time window opens only for failures of the last duration', async () => {
    const call = fc.record({ wait: fc.integer({ min: 0, max: 4_000 }), good: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 40 }), async (calls) => {
        const clock = new TestClock()
        const breaker = new CircuitBreaker({
          window: { type: 'time', duration: '10s', failureRate: 0.01, minimumCalls: 3 },
          clock,
        })
        const times: number[] = []
        for (const { wait, good } of calls) {
          await clock.advance(wait)
          await breaker.execute(() => (good ? 1 : Promise.reject(new Error('down')))).catch(() => {})
          times.push(clock.monotonic())
          if (breaker.state === 'open') {
            // Nothing older than the window may have counted.
            expect(times.filter((time) => time > clock.monotonic() - 10_000).length).toBeGreaterThanOrEqual(3)
            return
          }
          // Nothing of the last nine tenths of it may have been forgotten.
          if (!good) expect(times.filter((time) => time > clock.monotonic() - 9_000).length).toBeLessThan(3)
        }
      }),
      { numRuns: runs({ ci: 100, soak: 10_000 }) },
    )
  })
})
