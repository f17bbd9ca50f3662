import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { percentile } from './index.js'

const latencies = fc.array(fc.double({ min: 0, max: 3_000_000, noNaN: true }), {
  minLength: 1,
  maxLength: 300,
})

describe('percentile', () => {
  test('is the one of a sorted list of the last calls, rounded up by no more than 4.5 %', () => {
    fc.assert(
      fc.property(
        latencies,
        fc.integer({ min: 1, max: 99 }),
        fc.integer({ min: 1, max: 50 }),
        (all, rank, size) => {
          const measured = percentile(rank, { size, minimumCalls: 1 })
          for (const latency of all) measured.record(latency)
          const last = all.slice(-size).toSorted((a, b) => a - b)
          const exact = Math.max(last[Math.ceil((rank / 100) * last.length - 1e-9) - 1] as number, 1 / 16)
          expect(measured.current).toBeGreaterThanOrEqual(exact * (1 - 1e-9))
          expect(measured.current).toBeLessThanOrEqual(exact * 2 ** (1 / 16) * (1 + 1e-9))
        },
      ),
      { numRuns: runs({ ci: 300, soak: 30_000 }) },
    )
  })

  test('is the initial delay until enough calls were measured', () => {
    const measured = percentile(50, { initial: '2s', minimumCalls: 3 })
    measured.record(100)
    measured.record(100)
    expect(measured.current).toBe(2_000)
    measured.record(100)
    expect(measured.current).toBeLessThan(105)
  })

  test('is Infinity until then where nobody says', () => {
    expect(percentile(99).current).toBe(Number.POSITIVE_INFINITY)
  })

  test('takes what is no time, or an endless one, as the fastest and the slowest', () => {
    const measured = percentile(50, { minimumCalls: 1, size: 1 })
    measured.record(Number.NaN)
    expect(measured.current).toBe(1 / 16)
    measured.record(Number.POSITIVE_INFINITY)
    expect(measured.current).toBeGreaterThan(4_000_000)
  })

  test.each<[unknown, object | undefined, string]>([
    [0, undefined, 'rank must be a number above 0 and below 100, received 0.'],
    ['95', undefined, 'rank must be a number above 0 and below 100, received "95".'],
    [100, undefined, 'rank must be'],
    [Number.NaN, undefined, 'rank must be'],
    [95, { size: 0 }, 'size must be an integer from 1'],
    [95, { size: 5, minimumCalls: 6 }, 'minimumCalls must be an integer from 1 to 5'],
    [95, { initial: -1 }, 'initial must be'],
  ])('refuses %s with %o', (rank, options, message) => {
    expect(() => percentile(rank as number, options)).toThrow(`@base/resilience percentile: ${message}`)
  })
})
