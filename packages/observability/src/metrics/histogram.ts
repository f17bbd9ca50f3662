import type { Attributes, Label } from './attributes.js'
import type { Exemplar, MetricFamily } from './family.js'
import type { InstrumentRules, Readable } from './instrument.js'
import { SeriesTable } from './series-table.js'

/** How values are distributed: durations, sizes. */
export interface Histogram {
  /**
   * Counts a number that is not negative into its bucket, a bound into the bucket below it. One that is negative or not finite
   * is dropped, and warned of once: the sum of a histogram only grows.
   */
  record(value: number, attributes?: Attributes): void
}

interface Series {
  readonly labels: readonly Label[]
  readonly counts: Float64Array
  readonly exemplars: (Exemplar | undefined)[]
  sum: number
}

/** A histogram with explicit buckets, and its series. */
export class HistogramInstrument implements Histogram, Readable {
  readonly #rules: InstrumentRules
  readonly #bounds: readonly number[]
  readonly #table: SeriesTable<Series>

  constructor(rules: InstrumentRules, bounds: readonly number[]) {
    this.#rules = rules
    this.#bounds = bounds
    const size = bounds.length + 1
    this.#table = new SeriesTable(rules, (labels) => ({
      labels,
      counts: new Float64Array(size),
      exemplars: new Array(size),
      sum: 0,
    }))
  }

  record(value: number, attributes?: Attributes): void {
    const { names, exemplars, twin, warn } = this.#rules
    if (!Number.isFinite(value) || value < 0) {
      warn('value', `The histogram '${names.name}' records finite numbers from 0 alone; others are dropped.`)
      return
    }
    const series = this.#table.of(attributes)
    const bucket = bucketOf(value, this.#bounds)
    series.counts[bucket] = (series.counts[bucket] as number) + 1
    series.sum += value
    const exemplar = exemplars.of(value)
    if (exemplar !== undefined) series.exemplars[bucket] = exemplar
    twin?.(value, attributes)
  }

  read(): MetricFamily {
    const bounds = [...this.#bounds, Number.POSITIVE_INFINITY]
    const points = this.#table.values().map(({ labels, counts, exemplars, sum }) => ({
      labels,
      sum,
      buckets: bounds.map((bound, index) => ({
        bound,
        count: counts[index] as number,
        exemplar: exemplars[index],
      })),
    }))
    return { ...this.#rules.names, kind: 'histogram', points }
  }
}

/** The first whose bound is not below the value. */
function bucketOf(value: number, bounds: readonly number[]): number {
  let low = 0
  let high = bounds.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((bounds[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}
