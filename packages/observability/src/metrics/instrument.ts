import type { Attributes } from './attributes.js'
import type { Exemplars } from './exemplar.js'
import type { FamilyName, MetricFamily } from './family.js'

/** What an instrument is called, and where it warns of what it drops. */
export interface InstrumentRules {
  readonly names: FamilyName
  /** Series, with the one for all that found no room. */
  readonly maxSeries: number
  readonly exemplars: Exemplars
  /** The same instrument of the global meter. */
  readonly twin: Twin | undefined
  /** Tells once of each kind of thing that went wrong. */
  readonly warn: (kind: 'series' | 'value' | 'callback', message: string) => void
}

/** An instrument of OpenTelemetry, whichever it is. */
export type Twin = (value: number, attributes: Attributes | undefined) => void

/** An instrument that can be read. */
export interface Readable {
  read(): MetricFamily | Promise<MetricFamily>
}

/** Whether a counter takes it. */
export function isAddable(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY
}
