import { checkInteger, checkNumber, checkOptions } from '@base/core/options'

const WHERE = { package: '@base/observability', pattern: 'anomaly' } as const

/** Options of {@link anomaly}. */
export interface AnomalyOptions {
  /** How many values before are what is usual, an integer from 2 to 10,000. @defaultValue 60 */
  readonly window?: number | undefined
  /** How many standard deviations from their mean are too many, more than 0. @defaultValue 3 */
  readonly threshold?: number | undefined
  /** How many values there must be before one is judged, from 2 up to `window`. @defaultValue 10, or `window` if it is less */
  readonly minValues?: number | undefined
  /** The least that counts as a standard deviation, so that what hardly ever moves may move a little. @defaultValue 0 */
  readonly minDeviation?: number | undefined
}

/** What a value is, beside those before it. */
export interface AnomalyVerdict {
  /** Whether the score is beyond the threshold. */
  readonly isAnomaly: boolean
  /**
   * How many standard deviations the value is above their mean; negative below it. 0 as long as there are too few to judge, and
   * for what is no finite number; infinite where all were the same and this one is not.
   */
  readonly score: number
  /** Of the values before; 0 without any. */
  readonly mean: number
  /** Their standard deviation, or `minDeviation` where that is more; 0 of fewer than two. */
  readonly deviation: number
}

/** Judges one value after the other. See {@link anomaly}. */
export interface AnomalyDetector {
  /** Judges a value by those before it, then takes it up among them; what is no finite number is neither judged nor taken up. */
  next(value: number): AnomalyVerdict
}

/**
 * Finds values that are unusual beside the last ones: a rolling z-score.
 *
 * It has no timer and no clock: what a value is the value of, and when it is taken, is for the caller to say. A value is not among
 * those that it is judged by, but is for the next ones, whatever it was: a level that stays becomes usual. The work of a value is
 * that of a look at the window.
 *
 * @example
 * const latency = anomaly({ window: 60, threshold: 4 })
 * if (latency.next(p99).isAnomaly) logger.warn({ p99 }, 'unusual latency')
 *
 * @throws InvalidOptionError naming the option.
 * @see NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.17, "Detection of Outliers"
 */
export function anomaly(options: AnomalyOptions = {}): AnomalyDetector {
  const { window = 60, threshold = 3, minDeviation = 0 } = checkOptions(options, WHERE)
  checkInteger(window, { ...WHERE, option: 'window', min: 2, max: 10_000 })
  checkNumber(threshold, { ...WHERE, option: 'threshold', above: true })
  checkNumber(minDeviation, { ...WHERE, option: 'minDeviation' })
  const { minValues = Math.min(10, window) } = options
  checkInteger(minValues, { ...WHERE, option: 'minValues', min: 2, max: window })
  const values: number[] = []
  return {
    next(value) {
      const { mean, deviation: found } = momentsOf(values)
      const deviation = values.length < 2 ? found : Math.max(found, minDeviation)
      if (!Number.isFinite(value)) return { isAnomaly: false, score: 0, mean, deviation }
      const score = values.length < minValues ? 0 : scoreOf(value - mean, deviation)
      values.push(value)
      if (values.length > window) values.shift()
      return { isAnomaly: Math.abs(score) > threshold, score, mean, deviation }
    },
  }
}

/**
 * From the values themselves, for sums that roll along gather errors; and from their distances to the first, so that values that
 * are all the same have no deviation at all.
 */
function momentsOf(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const [first = 0] = values
  const { length } = values
  let shift = 0
  for (const value of values) shift += (value - first) / length
  if (length < 2) return { mean: first, deviation: 0 }
  const deviation = Math.hypot(...values.map((value) => value - first - shift)) / Math.sqrt(length - 1)
  return { mean: first + shift, deviation }
}

/** Beyond what a number can hold there is no score. */
function scoreOf(distance: number, deviation: number): number {
  const score = distance === 0 ? 0 : distance / deviation
  return Number.isNaN(score) ? 0 : score
}
