import type { DiagnosticsReading } from '@base/core/diagnostics'

/** A metric that is read from objects when somebody asks. */
export interface PolledMetric {
  readonly name: string
  readonly kind: 'counter' | 'gauge'
  readonly unit: string
  readonly description: string
  /** The numbers that it shows, and what tells their series apart. */
  readonly series: readonly PolledSeries[]
}

/** A field of a reading, as a series of its metric. */
export interface PolledSeries {
  readonly field: string
  readonly attributes?: Readonly<Record<string, string>>
  /** Of a text: 1 where it is this one, otherwise 0. */
  readonly equals?: string
}

/** Objects that can be read, and the metrics that come of them. */
export interface SourceRule {
  readonly source: `base:${string}:${string}`
  /** What they are, for the table in the documentation. */
  readonly what: string
  /** What the name of one is in metrics, by its reading. */
  readonly nameOf?: (name: unknown, reading: DiagnosticsReading) => unknown
  /** Fields that no metric is made of: a channel counts the same. */
  readonly unused: readonly string[]
  readonly metrics: readonly PolledMetric[]
}

export function polled(
  kind: PolledMetric['kind'],
  name: string,
  unit: string,
  description: string,
  ...series: readonly (string | PolledSeries)[]
): PolledMetric {
  return {
    name,
    kind,
    unit,
    description,
    series: series.map((one) => (typeof one === 'string' ? { field: one } : one)),
  }
}

/** A state, as a series for each that it may be: the one that it is has 1. */
export function states(field: string, attribute: string, values: readonly string[]): PolledSeries[] {
  return values.map((value) => ({ field, equals: value, attributes: { [attribute]: value } }))
}
