import type { Label } from './attributes.js'

/** A measurement of its own, and the span in which it was taken. */
export interface Exemplar {
  /** What was measured. */
  readonly value: number
  /** The trace, 32 hexadecimal digits. */
  readonly traceId: string
  /** The span, 16 hexadecimal digits. */
  readonly spanId: string
  /** In milliseconds since 1970. */
  readonly time: number
}

/** A bucket of a histogram: how many values were at most `bound`, and above the bound before. */
export interface Bucket {
  /** The highest value in it. */
  readonly bound: number
  /** Of this bucket alone. */
  readonly count: number
  /** The last measurement in it within a sampled span. */
  readonly exemplar?: Exemplar | undefined
}

/** A counter or a gauge at this moment. */
export interface NumberPoint {
  /** What tells it apart, by name. */
  readonly labels: readonly Label[]
  /** The sum, or what was set last. */
  readonly value: number
  /** The last measurement within a sampled span; of counters alone. */
  readonly exemplar?: Exemplar | undefined
}

/** A histogram at this moment. The last bucket has the bound `Infinity`. */
export interface HistogramPoint {
  /** What tells it apart, by name. */
  readonly labels: readonly Label[]
  /** Of all values. */
  readonly sum: number
  /** By bound, ascending. */
  readonly buckets: readonly Bucket[]
}

/** What a family is called. */
export interface FamilyName {
  /** As it was given, with the prefix. */
  readonly name: string
  /** In UCUM, such as `'s'` and `'By'`; empty without one. */
  readonly unit: string
  /** For people; empty without one. */
  readonly description: string
  /** In Prometheus, without `_total`. */
  readonly family: string
  /** The word of the unit that the family ends with; empty without one. */
  readonly unitWord: string
}

/** All series of a counter or a gauge at this moment. */
export interface NumberFamily extends FamilyName {
  /** Which of the two. */
  readonly kind: 'counter' | 'gauge'
  /** One for each series, in the order in which they came. */
  readonly points: readonly NumberPoint[]
}

/** All series of a histogram at this moment. */
export interface HistogramFamily extends FamilyName {
  /** That it is one. */
  readonly kind: 'histogram'
  /** One for each series, in the order in which they came. */
  readonly points: readonly HistogramPoint[]
}

/** All series of an instrument at this moment. */
export type MetricFamily = NumberFamily | HistogramFamily

/** What a family counts. */
export type MetricKind = MetricFamily['kind']
