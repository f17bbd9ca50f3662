import { TestClock } from '@base/core/testing'
import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryRateLimitStore, RateLimiter, type RateLimitStore } from './index.js'

const MAX_WAIT = 500
const PACE = 100
const BURST = 2

type Step =
  | { readonly type: 'call' }
  | { readonly type: 'abort'; readonly index: number }
  | { readonly type: 'pass'; readonly by: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('call' as const) }),
  fc.record({ type: fc.constant('abort' as const), index: fc.nat(20) }),
  fc.record({ type: fc.constant('pass' as const), by: fc.integer({ min: 0, max: 150 }) }),
)

interface Call {
  readonly id: number
  readonly since: number
  readonly controller: AbortController
  started?: number
  ended?: { readonly at: number; readonly how: 'done' | 'aborted' | 'limited' }
}

function storeOf(clock: TestClock, delay: number): RateLimitStore {
  const memory = memoryRateLimitStore({ clock })
  if (delay === 0) return memory
  return {
    consume: (...args) => clock.sleep(delay).then(() => memory.consume(...args)),
    reset: (...args) => memory.reset(...args),
    block: (...args) => memory.block(...args),
  }
}

test.each([
  ['at once', 0],
  ['later', 7],
])(
  'any calls, aborts and waits start in order and at their pace, where the store answers %s',
  async (_, delay) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (steps) => {
        const clock = new TestClock()
        const policies = [{ limit: 1, window: PACE, burst: BURST }]
        const limiter = new RateLimiter({ policies, maxWait: MAX_WAIT, store: storeOf(clock, delay), clock })
        const calls: Call[] = []
        const call = (): void => {
          const one: Call = { id: calls.length, since: clock.monotonic(), controller: new AbortController() }
          calls.push(one)
          const end = (how: 'done' | 'aborted' | 'limited') => () => {
            one.ended = { at: clock.monotonic(), how }
          }
          limiter
            .execute(() => (one.started = clock.monotonic()), { signal: one.controller.signal })
            .then(end('done'), (error) => end(error.code === 'RATE_LIMITED' ? 'limited' : 'aborted')())
        }
        for (const each of steps) {
          if (each.type === 'call') call()
          else if (each.type === 'abort') calls[each.index]?.controller.abort(new Error('not wanted'))
          else await clock.advance(each.by)
          await clock.advance(0)
        }
        await clock.runAll()

        expect([limiter.stats.queued, clock.pending]).toEqual([0, 0])
        const started = calls.filter((one) => one.started !== undefined)
        expect(calls.every(({ ended }) => ended !== undefined)).toBe(true)
        // In order of arrival, and never more than the burst and what the pace gives.
        const times = started.map((one) => one.started as number)
        expect(times).toEqual(times.toSorted((a, b) => a - b))
        for (let from = 0; from < times.length; from++)
          for (let to = from; to < times.length; to++)
            expect(to - from + 1).toBeLessThanOrEqual(
              BURST + ((times[to] as number) - (times[from] as number) + delay) / PACE,
            )
        for (const { since, ended } of calls) {
          // The first answer comes before the wait; answers that are on their way at its end decide, one by one.
          expect((ended?.at ?? 0) - since).toBeLessThanOrEqual(MAX_WAIT + (1 + BURST + 1) * delay)
          if (ended?.how === 'limited') expect(ended.at - since).toBeGreaterThanOrEqual(MAX_WAIT)
        }
      }),
      { numRuns: runs({ ci: 100, soak: 10_000 }) },
    )
  },
)
