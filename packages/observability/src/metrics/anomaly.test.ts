import { describe, expect, test } from 'vitest'
import { type AnomalyOptions, anomaly } from './index.js'

function judged(values: readonly number[], options?: AnomalyOptions) {
  const detector = anomaly(options)
  return values.map((value) => detector.next(value))
}

describe('anomaly', () => {
  test('scores a value by the mean and the deviation of those before it', () => {
    const verdict = judged([2, 4, 4, 4, 5, 5, 7, 9, 15], { minValues: 8 }).at(-1)
    // Their mean is 5, the squares of their distances are 32 together.
    expect(verdict?.mean).toBe(5)
    expect(verdict?.deviation).toBeCloseTo(Math.sqrt(32 / 7), 12)
    expect(verdict?.score).toBeCloseTo(10 / Math.sqrt(32 / 7), 12)
    expect(verdict?.isAnomaly).toBe(true)
  })

  test('finds what is too low as well', () => {
    const verdict = judged([10, 11, 10, 11, 10, 11, 10, 11, 10, 11, 0]).at(-1)
    expect([verdict?.isAnomaly, (verdict?.score ?? 0) < -3]).toEqual([true, true])
  })

  test('judges nothing before there are minValues', () => {
    const verdicts = judged([1, 2, 1_000, 1], { minValues: 3, window: 3 })
    expect(verdicts.map(({ isAnomaly, score }) => [isAnomaly, score === 0])).toEqual([
      [false, true],
      [false, true],
      [false, true],
      [false, false],
    ])
  })

  test('takes the deviation of the threshold for usual, and anything more not', () => {
    const before = [0, 2, 0, 2] // mean 1, deviation 2/sqrt(3)
    const deviation = 2 / Math.sqrt(3)
    const at = (distance: number) =>
      judged([...before, 1 + distance], { minValues: 4, threshold: 1 }).at(-1)?.isAnomaly
    expect([at(deviation * 0.999), at(deviation * 1.001)]).toEqual([false, true])
  })

  test('calls anything else than what was always the same unusual, and the same never', () => {
    const same = Array.from({ length: 20 }, () => 0.1)
    expect(judged([...same, 0.1]).at(-1)).toEqual({ isAnomaly: false, score: 0, mean: 0.1, deviation: 0 })
    expect(judged([...same, 0.2]).at(-1)).toMatchObject({ isAnomaly: true, score: Number.POSITIVE_INFINITY })
    expect(judged([...same, 0.0]).at(-1)).toMatchObject({ isAnomaly: true, score: Number.NEGATIVE_INFINITY })
  })

  test('lets what hardly moves move by minDeviation', () => {
    const same = Array.from({ length: 20 }, () => 5)
    expect(judged([...same, 7], { minDeviation: 1 }).at(-1)).toMatchObject({ isAnomaly: false, score: 2 })
    expect(judged([...same, 9], { minDeviation: 1 }).at(-1)).toMatchObject({ isAnomaly: true, score: 4 })
  })

  test('gets used to a level that stays', () => {
    const before = Array.from({ length: 20 }, (_, index) => index % 2)
    const after = Array.from({ length: 20 }, (_, index) => 100 + (index % 2))
    const verdicts = judged([...before, ...after], { window: 10 })
    expect([verdicts[20]?.isAnomaly, verdicts[39]?.isAnomaly]).toEqual([true, false])
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'neither judges nor remembers %s',
    (value) => {
      const before = [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]
      const [, last] = judged([...before, value, 1.5]).slice(-2)
      expect(judged([...before, value]).at(-1)).toMatchObject({ isAnomaly: false, score: 0 })
      expect(last).toEqual(judged([...before, 1.5]).at(-1))
    },
  )

  test.each<[AnomalyOptions, string]>([
    [{ window: 1 }, 'window must be an integer from 2 to 10000'],
    [{ threshold: 0 }, 'threshold must be'],
    [{ minValues: 61 }, 'minValues must be an integer from 2 to 60'],
    [{ minDeviation: -1 }, 'minDeviation must be'],
  ])('refuses %j', (options, message) => {
    expect(() => anomaly(options)).toThrow(`@base/observability anomaly: ${message}`)
  })
})
