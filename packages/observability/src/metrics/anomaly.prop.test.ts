import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anomaly } from './index.js'

const arbValue = fc.double({ min: -1e9, max: 1e9, noNaN: true })

/** The definition, in the plainest words. */
function scoreOf(before: readonly number[], value: number): number {
  const mean = before.reduce((sum, each) => sum + each, 0) / before.length
  const variance = before.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (before.length - 1)
  return (value - mean) / Math.sqrt(variance)
}

test('a score is the distance from the mean of the window in its deviations', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 8 }), fc.array(arbValue, { maxLength: 40 }), (window, values) => {
      const detector = anomaly({ window, minValues: 2 })
      for (const [index, value] of values.entries()) {
        const before = values.slice(Math.max(0, index - window), index)
        const { score, isAnomaly, deviation } = detector.next(value)
        expect(isAnomaly).toBe(Math.abs(score) > 3)
        // Where the values are all but the same, what is left of them is rounding.
        if (before.length < 2 || deviation < 1) continue
        expect(Math.abs(score - scoreOf(before, value))).toBeLessThan(1e-4 * Math.max(1, Math.abs(score)))
      }
    }),
  )
})

test('whatever is given, a score is never NaN', () => {
  fc.assert(
    fc.property(fc.array(fc.double(), { maxLength: 40 }), (values) => {
      const detector = anomaly({ window: 5, minValues: 2 })
      for (const value of values) expect(detector.next(value).score).not.toBeNaN()
    }),
  )
})
