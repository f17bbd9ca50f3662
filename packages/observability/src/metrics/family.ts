import type { Label } from './attributes.js'

/** A measurement of its own, and the span in which it was taken. */
export interface Exemplar {
  readonly value: number
  readonly traceId: string
  readonly spanId: string
  /** In milliseconds since 1970. */
  readonly time: number
}

/** A bucket of a histogram: how many values were at most `bound`, and above the bound before. */
export interface Bucket {
  readonly bound: number
  readonly count: number
  readonly exemplar?: Exemplar | undefined
}

/** A counter or a gauge at this moment. */
export interface NumberPoint {
  readonly labels: readonly Label[]
  readonly value: number
  readonly exemplar?: Exemplar | undefined
}

/** A histogram at this moment. The last bucket has the bound `Infinity`. */
export interface HistogramPoint {
  readonly labels: readonly Label[]
  readonly sum: number
  readonly buckets: readonly Bucket[]
}

/** What a family is called. */
export interface FamilyName {
  /** As it was given, with the prefix. */
  readonly name: string
  /** In UCUM, such as `'s'` and `'By'`; empty without one. */
  readonly unit: string
  readonly description: string
  /** In Prometheus, without `_total`. */
  readonly family: string
  /** The word of the unit that the family ends with; empty without one. */
  readonly unitWord: string
}

/** All series of an instrument at this moment. */
export type MetricFamily = FamilyName &
  (
    | { readonly kind: 'counter' | 'gauge'; readonly points: readonly NumberPoint[] }
    | { readonly kind: 'histogram'; readonly points: readonly HistogramPoint[] }
  )

/** What a family counts. */
export type MetricKind = MetricFamily['kind']
