import type { MetricFamily } from '../metrics/family.js'
import type { Metrics } from '../metrics/metrics.js'

/** A series of a metric, as it is at one moment. */
export interface MetricSeries {
  /** What tells it apart, as texts. */
  readonly attributes: Readonly<Record<string, string>>
  /** Of a counter or gauge its value, of a histogram the sum of what was recorded. */
  readonly value: number
  /** Of a histogram how many values were recorded; otherwise `undefined`. */
  readonly count: number | undefined
}

/** What metrics have measured, to be looked up by the names of their instruments, with the prefix. See {@link readMetrics}. */
export interface MetricReadings {
  /** The instruments that have a series, in the order in which they were made. */
  readonly names: readonly string[]
  /** The series that have all these attributes, and perhaps more. */
  series(
    name: string,
    attributes?: Readonly<Record<string, string | number | boolean>>,
  ): readonly MetricSeries[]
  /** The sum of their values; `undefined` where there is none. */
  value(name: string, attributes?: Readonly<Record<string, string | number | boolean>>): number | undefined
  /** The sum of their counts, for a histogram; `undefined` where there is none. */
  count(name: string, attributes?: Readonly<Record<string, string | number | boolean>>): number | undefined
}

/**
 * Reads metrics in a test.
 *
 * @example
 * const metrics = createMetrics()
 * metrics.counter('orders.placed').add(2, { channel: 'web' })
 * const read = await readMetrics(metrics)
 * read.value('orders.placed', { channel: 'web' }) // 2
 */
export async function readMetrics(metrics: Pick<Metrics, 'collect'>): Promise<MetricReadings> {
  const families = (await metrics.collect()).filter(({ points }) => points.length > 0)
  const series: MetricReadings['series'] = (name, attributes = {}) => {
    const wanted = Object.entries(attributes).map(([key, value]) => [key, String(value)] as const)
    const family = families.find((one) => one.name === name)
    return (family === undefined ? [] : seriesOf(family)).filter((one) =>
      wanted.every(([key, value]) => one.attributes[key] === value),
    )
  }
  return {
    names: families.map(({ name }) => name),
    series,
    value: (name, attributes) => sum(series(name, attributes).map(({ value }) => value)),
    count: (name, attributes) => sum(series(name, attributes).map(({ count }) => count)),
  }
}

function seriesOf(family: MetricFamily): MetricSeries[] {
  if (family.kind !== 'histogram')
    return family.points.map(({ labels, value }) => ({
      attributes: Object.fromEntries(labels),
      value,
      count: undefined,
    }))
  return family.points.map(({ labels, sum: value, buckets }) => ({
    attributes: Object.fromEntries(labels),
    value,
    count: buckets.reduce((total, { count }) => total + count, 0),
  }))
}

function sum(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0)
}
