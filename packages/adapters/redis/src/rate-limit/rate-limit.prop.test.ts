import type { Clock } from '@base/core/clock'
import { TestClock } from '@base/core/testing'
import {
  memoryRateLimitStore,
  type RateLimit,
  type RateLimitAlgorithm,
  type RateLimitPolicy,
} from '@base/resilience/rate-limiter'
import { describeWithService } from '@base-internal/tools/services'
import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../connection/connect.js'
import type { Connection } from '../connection/connection.js'
import { CLIENTS, type TestClient } from '../test-clients.js'
import { keysWith } from '../test-keys.js'
import { RedisStore } from './redis-rate-limit-store.js'
import { standing, TimedConnection, withoutEnd } from './test-time.js'

const ALGORITHMS = ['gcra', 'token_bucket', 'sliding_log', 'sliding_window', 'fixed_window'] as const
const EPOCH = Date.UTC(2026, 0, 1) * 1_000
const KEYS = ['{a', 'ä}'] as const

/** A clock that a test sets, in microseconds. */
class Microseconds extends TestClock implements Clock {
  us = EPOCH

  /** Half a microsecond on, so that no rounding makes it one less. */
  override now(): number {
    return (this.us + 0.5) / 1_000
  }

  override monotonic(): number {
    return this.now()
  }
}

/** What fits together: few milliseconds and spends, or all that a policy may be. */
interface Scale {
  readonly limit: number
  readonly window: number
  readonly burst: number
  readonly pause: number
}
const small: Scale = { limit: 9, window: 60, burst: 12, pause: 20_000 }
const large: Scale = { limit: 2 ** 31, window: 36_525 * 86_400_000, burst: 2 ** 31, pause: 10 ** 14 }

const policyOf = (algorithms: readonly RateLimitAlgorithm[], scale: Scale): fc.Arbitrary<RateLimitPolicy> =>
  fc
    .record({
      algorithm: fc.constantFrom(...algorithms),
      limit: fc.integer({ min: 1, max: scale.limit }),
      window: fc.integer({ min: 1, max: scale.window }),
      burst: fc.integer({ min: 1, max: scale.burst }),
    })
    .map(({ burst, ...rest }) => {
      const isBucket = rest.algorithm === 'gcra' || rest.algorithm === 'token_bucket'
      return { ...rest, name: 'p', burst: isBucket ? burst : rest.limit }
    })

const limitOf = (scale: Scale): fc.Arbitrary<RateLimit> =>
  fc.array(policyOf(ALGORITHMS, scale), { minLength: 1, maxLength: 3 }).map((policies) => ({
    name: 'n',
    policies: policies.map((policy, index) => ({ ...policy, name: `p${index}` })),
  }))

type Step =
  | { readonly type: 'spend'; readonly key: string; readonly cost: number }
  | { readonly type: 'pass'; readonly us: number }
  | { readonly type: 'reset'; readonly key: string }
  | { readonly type: 'block'; readonly key: string; readonly duration: number }

const key = fc.constantFrom(...KEYS)
const spendOf = ({ limit }: Scale) =>
  fc.record({
    type: fc.constant('spend' as const),
    key,
    cost: fc.integer({ min: 0, max: Math.ceil(limit / 3) }),
  })
/** Often whole milliseconds, so that something ends at the very moment that it is asked for. */
const momentOf = (most: number) =>
  fc.oneof(
    fc.integer({ min: 1, max: most }),
    fc.integer({ min: 1, max: most / 1_000 }).map((milliseconds) => milliseconds * 1_000),
  )
const passOf = ({ pause }: Scale) => fc.record({ type: fc.constant('pass' as const), us: momentOf(pause) })
const backOf = ({ pause }: Scale) =>
  fc.record({ type: fc.constant('back' as const), us: fc.integer({ min: 1, max: 5 * pause }) })
const reset = fc.record({ type: fc.constant('reset' as const), key })
const block = fc.record({
  type: fc.constant('block' as const),
  key,
  duration: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constant(Number.POSITIVE_INFINITY)),
})
const stepsOf = (scale: Scale) =>
  fc.array(
    fc.oneof(
      { arbitrary: spendOf(scale) as fc.Arbitrary<Step>, weight: 16 },
      { arbitrary: passOf(scale) as fc.Arbitrary<Step>, weight: 6 },
      { arbitrary: reset as fc.Arbitrary<Step>, weight: 1 },
      { arbitrary: block as fc.Arbitrary<Step>, weight: 1 },
    ),
    { minLength: 1, maxLength: 60, size: 'max' },
  )

describeWithService('redis', (redis) => {
  let opened: TestClient
  let connection: Connection
  let subjects = 0
  beforeAll(async () => {
    opened = await CLIENTS['ioredis 6'](redis.url)
    connection = connect(opened.client, 'test')
  })
  afterAll(() => opened[Symbol.asyncDispose]())

  /** A store whose server's clock is the test's, and whose keys real time does not end. */
  function storeAt(now: () => number): { store: RedisStore; prefix: string } {
    const prefix = `prop-${subjects++}:`
    return {
      store: new RedisStore(withoutEnd(new TimedConnection(connection, standing(now))), prefix, 10_000),
      prefix,
    }
  }

  describe('redisRateLimitStore', () => {
    test.each([
      ['small', small],
      ['all possible', large],
    ])(
      'answers as the memory store does, to the microsecond, whatever is asked and when: %s numbers',
      async (_, scale) => {
        await fc.assert(
          fc.asyncProperty(limitOf(scale), stepsOf(scale), async (limit, steps) => {
            const clock = new Microseconds()
            const memory = memoryRateLimitStore({ clock })
            const { store } = storeAt(() => clock.us)
            for (const step of steps)
              if (step.type === 'pass') clock.us += step.us
              else if (step.type === 'reset')
                await Promise.all([store, memory].map((s) => s.reset(step.key, limit)))
              else if (step.type === 'block')
                await Promise.all([store, memory].map((s) => s.block(step.key, step.duration, limit)))
              else
                expect(await store.consume(step.key, step.cost, limit)).toEqual(
                  memory.consume(step.key, step.cost, limit),
                )
          }),
          { numRuns: runs({ ci: 150, soak: 5_000 }) },
        )
      },
      120_000,
    )

    test('lets no more through than a list of all spends does, although the clock is set back', async () => {
      const walk = fc.array(
        fc.oneof(
          { arbitrary: spendOf(small), weight: 8 },
          { arbitrary: passOf(small), weight: 4 },
          { arbitrary: backOf(small), weight: 1 },
        ),
        { maxLength: 60, size: 'max' },
      )
      await fc.assert(
        fc.asyncProperty(
          policyOf(['gcra', 'token_bucket', 'sliding_log'], small),
          walk,
          async (policy, walk) => {
            let [real, offset] = [0, EPOCH]
            const { store } = storeAt(() => real + offset)
            const limit = { name: 'n', policies: [policy] }
            const spends: { at: number; cost: number }[] = []
            for (const step of walk)
              if (step.type === 'pass') real += step.us
              else if (step.type === 'back') offset -= step.us
              else {
                const { allowed, policies } = await store.consume('k', step.cost, limit)
                if (!allowed) expect(policies[0]?.retryAfter ?? 0).toBeLessThanOrEqual(longestWait(policy))
                if (!allowed || step.cost === 0) continue
                spends.push({ at: real, cost: step.cost })
                expect(isWithin(spends, policy)).toBe(true)
              }
          },
        ),
        { numRuns: runs({ ci: 200, soak: 2_000 }) },
      )
    }, 120_000)

    test('locks nobody for longer than two windows when the clock is set back, and ends its keys', async () => {
      const parts = fc.record({
        policy: policyOf(ALGORITHMS, small),
        back: fc.integer({ min: 0, max: 200_000 }),
      })
      await fc.assert(
        fc.asyncProperty(parts, async ({ policy, back }) => {
          let now = EPOCH
          const { store, prefix } = storeAt(() => now)
          const limit = { name: 'n', policies: [policy] }
          const most = policy.burst
          await store.consume('k', most, limit)
          await store.block('b', policy.window, limit)
          now -= back
          for (const key of ['k', 'b']) {
            const { policies } = await store.consume(key, 1, limit)
            expect(policies[0]?.resetAfter).toBeLessThanOrEqual(longestWait(policy))
            now += Math.max(policy.window, longestWait(policy), Number(policies[0]?.resetAfter)) * 1_000
            const later = await store.consume(key, 0, limit)
            expect([later.allowed, later.policies[0]?.remaining, later.policies[0]?.resetAfter]).toEqual([
              true,
              most,
              0,
            ])
          }
          // What was kept from before the step has been written anew, and nothing is left of what is as new.
          expect((await keysWith(connection, prefix)).length).toBeLessThanOrEqual(4)
        }),
        { numRuns: runs({ ci: 200, soak: 2_000 }) },
      )
    }, 120_000)
  })
})

/** In milliseconds. */
function longestWait({ algorithm, limit, window, burst }: RateLimitPolicy): number {
  if (algorithm === 'sliding_window') return 2 * window
  return algorithm === 'gcra' || algorithm === 'token_bucket' ? Math.ceil((window * burst) / limit) : window
}

/** Whether the last spend was allowed. */
function isWithin(spends: readonly { at: number; cost: number }[], policy: RateLimitPolicy): boolean {
  const [width, last] = [policy.window * 1_000, spends.at(-1)?.at ?? 0]
  if (policy.algorithm === 'sliding_log')
    return spends.reduce((sum, { at, cost }) => sum + (at > last - width ? cost : 0), 0) <= policy.limit
  let sum = 0n
  return spends.toReversed().every(({ at, cost }) => {
    sum += BigInt(cost)
    return (
      sum * BigInt(width) <= BigInt(policy.burst) * BigInt(width) + BigInt(last - at) * BigInt(policy.limit)
    )
  })
}
