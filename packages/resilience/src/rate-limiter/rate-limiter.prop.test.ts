import { TestClock } from '@base/core/testing'
import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type RateLimitAlgorithm, RateLimiter, type RateLimitPolicyOptions } from './index.js'

/** All that was ever spent, and nothing clever. Moments are whole microseconds. */
type Spends = readonly { readonly at: number; readonly cost: number }[]
interface Policy {
  readonly algorithm: RateLimitAlgorithm
  readonly limit: number
  readonly window: number
  readonly burst: number
}

/** Between every two moments no more than the burst, and what its rate gives in between: so the algorithm is defined. */
function bucketAllows(spends: Spends, { limit, window, burst }: Policy, now: number, cost: number): boolean {
  let sum = cost
  if (sum > burst) return false
  for (const spend of spends.toReversed()) {
    sum += spend.cost
    const width = BigInt(window * 1_000)
    if (BigInt(sum) * width > BigInt(burst) * width + BigInt(now - spend.at) * BigInt(limit)) return false
  }
  return true
}

function logAllows(spends: Spends, { limit, window }: Policy, now: number, cost: number): boolean {
  const recent = spends.filter(({ at }) => at > now - window * 1_000)
  return recent.reduce((sum, spend) => sum + spend.cost, cost) <= limit
}

function fixedAllows(spends: Spends, { limit, window }: Policy, now: number, cost: number): boolean {
  const index = Math.floor(now / (window * 1_000))
  const same = spends.filter(({ at }) => Math.floor(at / (window * 1_000)) === index)
  return same.reduce((sum, spend) => sum + spend.cost, cost) <= limit
}

function slidingAllows(spends: Spends, { limit, window }: Policy, now: number, cost: number): boolean {
  const width = window * 1_000
  const spentIn = (index: number) =>
    spends.reduce((sum, { at, cost }) => sum + (Math.floor(at / width) === index ? cost : 0), 0)
  const index = Math.floor(now / width)
  const before = BigInt(spentIn(index - 1)) * BigInt(width - (now % width))
  return before + BigInt(spentIn(index) + cost) * BigInt(width) <= BigInt(limit) * BigInt(width)
}

const allows: Record<RateLimitAlgorithm, typeof bucketAllows> = {
  gcra: bucketAllows,
  token_bucket: bucketAllows,
  sliding_log: logAllows,
  fixed_window: fixedAllows,
  sliding_window: slidingAllows,
}

/** How much may be spent now, by trying. */
function most(may: (cost: number) => boolean): number {
  let cost = 0
  while (may(cost + 1)) cost++
  return cost
}

/** The least whole milliseconds after which it may be spent, by trying; `null` where that is never. */
function leastWait(may: (after: number) => boolean, { window, burst }: Policy): number | null {
  const longest = window * (burst + 2)
  for (let after = 0; after <= longest; after++) if (may(after * 1_000)) return after
  return null
}

/** A clock with microseconds, whose wall clock may be stepped. */
class FineClock extends TestClock {
  micros = 0

  override monotonic(): number {
    return super.monotonic() + this.micros / 1_000
  }

  get elapsed(): number {
    return Math.floor(this.monotonic() * 1_000)
  }
}

const policy = (algorithms: readonly RateLimitAlgorithm[]): fc.Arbitrary<Policy> =>
  fc
    .record({
      algorithm: fc.constantFrom(...algorithms),
      limit: fc.integer({ min: 1, max: 9 }),
      window: fc.integer({ min: 1, max: 60 }),
      burst: fc.integer({ min: 1, max: 12 }),
    })
    .map((each) => (allows[each.algorithm] === bucketAllows ? each : { ...each, burst: each.limit }))

function optionsOf({ burst, ...rest }: Policy): RateLimitPolicyOptions {
  return allows[rest.algorithm] === bucketAllows ? { ...rest, burst } : rest
}

type Step =
  | { readonly type: 'spend'; readonly cost: number }
  | { readonly type: 'pass'; readonly ms: number; readonly micros: number }
  | { readonly type: 'step'; readonly by: number }
  | { readonly type: 'reset' }

const spend = fc.record({ type: fc.constant('spend' as const), cost: fc.integer({ min: 0, max: 4 }) })
const pass = fc.record({
  type: fc.constant('pass' as const),
  ms: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 120 })),
  micros: fc.integer({ min: 0, max: 1_500 }),
})
const step = fc.record({
  type: fc.constant('step' as const),
  by: fc.integer({ min: -100_000, max: 100_000 }),
})
const reset = fc.record({ type: fc.constant('reset' as const) })

function stepsOf(...also: fc.Arbitrary<Step>[]): fc.Arbitrary<Step[]> {
  const often = { arbitrary: spend as fc.Arbitrary<Step>, weight: 8 }
  const rest = [pass, reset, ...also].map((arbitrary) => ({
    arbitrary: arbitrary as fc.Arbitrary<Step>,
    weight: 2,
  }))
  return fc.array(fc.oneof(often, ...rest), { maxLength: 50 })
}

/** Every answer to random steps is that of the brute-force log. */
async function agrees(
  policies: readonly Policy[],
  steps: readonly Step[],
  now: (clock: FineClock) => number,
): Promise<void> {
  const clock = new FineClock()
  const limiter = new RateLimiter({ policies: policies.map(optionsOf), clock })
  let spends: { at: number; cost: number }[] = []
  for (const each of steps) {
    if (each.type === 'pass') {
      await clock.advance(each.ms)
      clock.micros += each.micros
    } else if (each.type === 'step') clock.setNow(clock.now() + each.by)
    else if (each.type === 'reset') {
      await limiter.reset('a')
      spends = []
    } else {
      const { cost } = each
      const at = now(clock)
      const may = (one: Policy, after: number, price: number) =>
        allows[one.algorithm](spends, one, at + after, price)
      const allowed = policies.every((one) => cost === 0 || may(one, 0, cost))
      const waits = policies.map((one) => (cost === 0 ? 0 : leastWait((after) => may(one, after, cost), one)))
      if (allowed && cost > 0) spends.push({ at, cost })
      const result = await limiter.consume('a', { cost })
      expect(result.allowed).toBe(allowed)
      expect(result.policies.map(({ retryAfter }) => retryAfter)).toEqual(waits)
      expect(result.policies.map(({ remaining }) => remaining)).toEqual(
        policies.map((one) => most((price) => may(one, 0, price))),
      )
      expect(result.policies.map(({ resetAfter }) => resetAfter)).toEqual(
        policies.map((one) => leastWait((after) => may(one, after, one.burst), one)),
      )
    }
  }
}

describe('any sequence of spends, waits and resets gives what a brute-force log gives', () => {
  test.each(['gcra', 'token_bucket', 'sliding_log'] as const)('%s, across clock steps', async (algorithm) => {
    await fc.assert(
      fc.asyncProperty(policy([algorithm]), stepsOf(step), (one, steps) =>
        agrees([one], steps, (clock) => clock.elapsed),
      ),
      { numRuns: runs({ ci: 150, soak: 10_000 }) },
    )
  })

  test('several exact policies at once, across clock steps', async () => {
    const policies = fc.array(policy(['gcra', 'sliding_log']), { minLength: 2, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(policies, stepsOf(step), (each, steps) =>
        agrees(each, steps, (clock) => clock.elapsed),
      ),
      { numRuns: runs({ ci: 100, soak: 10_000 }) },
    )
  })
})

describe('what is aligned to the epoch counts by its windows', () => {
  test.each(['fixed_window', 'sliding_window'] as const)('%s', async (algorithm) => {
    await fc.assert(
      fc.asyncProperty(policy([algorithm]), stepsOf(), async ({ burst, ...one }, steps) => {
        const clock = new TestClock()
        const limiter = new RateLimiter({ policies: [one], clock })
        let spends: { at: number; cost: number }[] = []
        for (const each of steps) {
          if (each.type === 'pass') await clock.advance(each.ms)
          else if (each.type === 'reset') {
            await limiter.reset('a')
            spends = []
          } else if (each.type === 'spend' && each.cost > 0) {
            const may = (after: number) =>
              allows[algorithm](spends, { ...one, burst }, clock.now() * 1_000 + after, each.cost)
            const wait = leastWait(may, { ...one, burst })
            const result = await limiter.consume('a', { cost: each.cost })
            expect([result.allowed, result.policies[0]?.retryAfter]).toEqual([wait === 0, wait])
            if (wait === 0) spends.push({ at: clock.now() * 1_000, cost: each.cost })
            const left = most((cost) =>
              allows[algorithm](spends, { ...one, burst }, clock.now() * 1_000, cost),
            )
            expect(result.policies[0]?.remaining).toBe(left)
          }
        }
      }),
      { numRuns: runs({ ci: 150, soak: 10_000 }) },
    )
  })

  test('two buckets let through less than twice the limit in any window, within the bound that is stated', async () => {
    const calls = fc.array(
      fc.record({ ms: fc.integer({ min: 0, max: 40 }), cost: fc.integer({ min: 1, max: 4 }) }),
      {
        maxLength: 60,
      },
    )
    await fc.assert(
      fc.asyncProperty(policy(['sliding_window']), calls, async ({ burst, ...one }, each) => {
        const clock = new TestClock()
        const limiter = new RateLimiter({ policies: [one], clock })
        const spends: { at: number; cost: number }[] = []
        for (const { ms, cost } of each) {
          await clock.advance(ms)
          const now = clock.now()
          const share = (now % one.window) / one.window
          const inWindow = (from: number, to: number) =>
            spends.reduce((sum, spend) => sum + (spend.at > from && spend.at <= to ? spend.cost : 0), 0)
          const start = now - (now % one.window)
          const before = inWindow(start - one.window - 1, start - 1)
          if (!(await limiter.consume('a', { cost })).allowed) continue
          spends.push({ at: now, cost })
          expect(inWindow(now - one.window, now)).toBeLessThanOrEqual(one.limit + before * share)
        }
      }),
      { numRuns: runs({ ci: 150, soak: 10_000 }) },
    )
  })
})

describe('a wall clock that is set back', () => {
  test('locks nobody for longer than window and burst', async () => {
    const all = policy(['gcra', 'token_bucket', 'sliding_log', 'sliding_window', 'fixed_window'])
    const by = fc.integer({ min: 1, max: 1_000_000_000 })
    await fc.assert(
      fc.asyncProperty(all, by, fc.integer({ min: 0, max: 100 }), async (one, back, passed) => {
        const clock = new TestClock()
        const limiter = new RateLimiter({ policies: [optionsOf(one)], clock })
        await clock.advance(passed)
        await limiter.consume('a', { cost: one.burst })
        clock.setNow(clock.now() - back)
        const { policies } = await limiter.consume('a', { cost: one.burst })
        const longest = one.window + Math.ceil((one.window * one.burst) / one.limit)
        expect(policies[0]?.retryAfter).toBeLessThanOrEqual(longest)
        await clock.advance(longest)
        expect((await limiter.consume('a', { cost: one.burst })).allowed).toBe(true)
      }),
      { numRuns: runs({ ci: 300, soak: 30_000 }) },
    )
  })
})

describe('the memory store', () => {
  test('many keys at random times are counted as if each were alone, whatever is swept and moved', async () => {
    const calls = fc.array(
      fc.record({ key: fc.integer({ min: 0, max: 40 }), ms: fc.integer({ min: 0, max: 400 }) }),
      { minLength: 100, maxLength: 300 },
    )
    const both = fc.tuple(policy(['gcra']), policy(['sliding_log']))
    await fc.assert(
      fc.asyncProperty(both, calls, async (policies, each) => {
        const clock = new TestClock()
        const options = policies.map((one) => ({ ...optionsOf(one), window: one.window * 50 }))
        const together = new RateLimiter({ policies: options, clock })
        const alone = new Map<number, RateLimiter>()
        for (const { key, ms } of each) {
          await clock.advance(ms > 350 ? 5_000 : ms % 20)
          const own = alone.get(key) ?? new RateLimiter({ policies: options, clock })
          alone.set(key, own)
          expect(await together.consume(`${key}`)).toEqual(await own.consume('a'))
        }
      }),
      { numRuns: runs({ ci: 60, soak: 2_000 }) },
    )
  })
})
