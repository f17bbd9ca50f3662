import type { Attributes } from './attributes.js'
import type { Exemplars } from './exemplar.js'
import type { FamilyName, MetricFamily } from './family.js'

/** What an instrument is called, and where it warns of what it drops. */
export interface InstrumentRules extends FamilyName {
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

/** The warning of an instrument that has no room for another series. */
export function tellOverflow({ name, maxSeries, warn }: InstrumentRules): () => void {
  return () =>
    warn(
      'series',
      `'${name}' has ${maxSeries} series; what comes beyond is counted together, as otel.metric.overflow. An attribute with very many values does not belong into a metric.`,
    )
}

/** The name alone, of rules that hold more. */
export function nameOf({ name, unit, description, family, unitWord }: InstrumentRules): FamilyName {
  return { name, unit, description, family, unitWord }
}
