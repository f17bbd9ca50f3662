import { describe, expect, test } from 'vitest'
import type { Savings } from '../src/savings.ts'
import { type Behaviour, type Phase, story } from '../src/script.ts'
import { simulate, simulatePlainly } from '../src/simulate.ts'

const SEED = 7
const none: Savings = {
  fallback: 0,
  retry: 0,
  circuitBreaker: 0,
  timeout: 0,
  rateLimiter: 0,
  bulkhead: 0,
  hedge: 0,
}
const quick = { latency: [20, 20] } as const
/** So long that the budget of retries and hedges is full. */
const well: Phase = { name: 'well', lasts: 5_000, every: 100, server: quick }

/** So many calls, that far apart, to a server that behaves like that. */
const calls = (count: number, every: number, server: Behaviour): Phase => ({
  name: `${count} calls`,
  lasts: count * every,
  every,
  server,
})

/** So many calls, each of which meets a server that has misbehaved just before it is well again. */
function blips(count: number, server: Behaviour): Phase[] {
  return Array.from({ length: count }, () => [calls(1, 50, server), calls(1, 450, quick)]).flat()
}

describe('what a policy saves is what the script has in store for it', () => {
  test('nothing, where the server is well', async () => {
    const { savings, total, book } = await simulate(SEED, [well])

    expect(savings).toEqual(none)
    expect([total.calls, total.fresh, book.received]).toEqual([50, 50, 50])
  })

  test.each([
    ['answers 503', { latency: [60, 60], fails: 1 }],
    ['resets connections', { latency: [60, 60], drops: 1 }],
  ] as const)('Retry: the five calls that meet a server that %s for a moment', async (_, server) => {
    const { savings, total, book } = await simulate(SEED, [well, ...blips(5, server)])

    expect(savings).toEqual({ ...none, retry: 5 })
    expect([total.calls, total.fresh]).toEqual([60, 60])
    expect([book.failed + book.dropped, book.received]).toEqual([5, 65])
  })

  test('CircuitBreaker: all attempts after the fifth failure, until it probes', async () => {
    // The first call fails three times; the second twice, which opens, and its third attempt is refused as are the rest.
    const down = calls(6, 400, { latency: [10, 10], fails: 1 })
    const { savings, total, book, circuit } = await simulate(SEED, [well, down])

    expect(savings).toEqual({ ...none, circuitBreaker: 1 + 4, fallback: 6 })
    expect([book.failed, total.stale, circuit]).toEqual([5, 6, 'open'])
  })

  test('Timeout: both attempts of a call that a server leaves without an answer', async () => {
    // The first is given up after 2 s, the second when the call has taken 4 s; each was hedged in vain.
    const { savings, rows, book } = await simulate(SEED, [well, calls(1, 3_000, { ...quick, hangs: 1 })])

    expect(savings).toEqual({ ...none, timeout: 2, fallback: 1 })
    expect([book.hung, rows.at(-1)?.p95]).toEqual([4, 4_000])
  })

  test('RateLimiter: of ten calls in a tenth of a second all but the burst of three', async () => {
    const { savings, total, book } = await simulate(SEED, [calls(10, 10, { latency: [5, 5] })])

    expect(savings).toEqual({ ...none, rateLimiter: 7 })
    expect([total.fresh, book.refused]).toEqual([10, 0])
  })

  test('Bulkhead: of twelve calls to a slow server those for which there is no slot', async () => {
    // Five get one, and four wait in vain for as long as they may.
    const slow = calls(12, 50, { latency: [1_000, 1_000] })
    const { savings, rows } = await simulate(SEED, [well, slow])

    expect(savings).toEqual({ ...none, bulkhead: 7, fallback: 7 })
    expect(rows.at(-1)).toMatchObject({ calls: 12, fresh: 5, stale: 7 })
  })

  test('Hedge: the four calls that meet a straggler', async () => {
    const { savings, total, book } = await simulate(SEED, [well, ...blips(4, { ...quick, straggles: 1 })])

    expect(savings).toEqual({ ...none, hedge: 4 })
    expect([book.straggled, total.fresh]).toEqual([4, 58])
  })

  test('Fallback: every call that fails, once a price is known', async () => {
    const down = calls(10, 400, { ...quick, fails: 1 })

    expect(await simulate(SEED, [down])).toMatchObject({ savings: { fallback: 0 }, total: { failed: 10 } })
    expect(await simulate(SEED, [well, down])).toMatchObject({
      savings: { fallback: 10 },
      total: { stale: 10, failed: 0 },
    })
  })
})

describe('without policies', () => {
  test('each failure is the caller’s, and each hang takes all its patience', async () => {
    const script = [well, ...blips(5, { ...quick, fails: 1 }), calls(2, 100, { ...quick, hangs: 1 })]
    const { rows, total } = await simulatePlainly(SEED, script)

    expect([total.calls, total.fresh, total.failed]).toEqual([62, 55, 7])
    expect(rows.at(-1)?.p95).toBe(10_000)
  })

  test('the story ends worse: fewer prices, which take longer, for more requests', async () => {
    const [withThem, without] = [await simulate(SEED, story), await simulatePlainly(SEED, story)]

    expect(withThem.total.fresh).toBeGreaterThan(without.total.fresh)
    expect(withThem.total.p95).toBeLessThan(without.total.p95)
    expect(withThem.book.received).toBeLessThan(without.book.received)
    expect(withThem.total.failed).toBe(0)
    expect(withThem.book.refused).toBeLessThan(without.book.refused / 10)
  })
})
