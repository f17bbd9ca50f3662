import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from './index.js'

const take = (seed: number, count: number) => {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => random())
}

describe('seededRandom', () => {
  test('gives the numbers of sfc32, on every machine', () => {
    expect(take(42, 3)).toEqual([0.29439391079358757, 0.4534398082178086, 0.9125655747484416])
  })

  test('gives the same numbers for the same seed, others for another', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
        expect(take(a, 20)).toEqual(take(a, 20))
        if (a !== b) expect(take(a, 20)).not.toEqual(take(b, 20))
      }),
    )
  })

  test('stays within 0 and 1', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (seed) => {
        expect(take(seed, 100).every((number) => number >= 0 && number < 1)).toBe(true)
      }),
    )
  })

  test('spreads evenly: a chi-squared of 100 boxes over 100,000 numbers is no surprise', () => {
    const boxes = new Array<number>(100).fill(0)
    for (const number of take(7, 100_000)) {
      const box = Math.floor(number * 100)
      boxes[box] = (boxes[box] ?? 0) + 1
    }
    const chiSquared = boxes.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0)
    // 99 degrees of freedom: one generator in a million lies beyond these.
    expect(chiSquared).toBeGreaterThan(45)
    expect(chiSquared).toBeLessThan(178)
  })

  test.each([0.5, Number.NaN, 2 ** 53, '42' as unknown as number])('refuses the seed %s', (seed) => {
    expect(() => seededRandom(seed)).toThrow('@base/core seededRandom: seed must be a whole number')
  })
})
