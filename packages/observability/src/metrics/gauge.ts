import type { Attributes, Label } from './attributes.js'
import type { MetricFamily } from './family.js'
import type { InstrumentRules, Readable } from './instrument.js'
import { SeriesTable } from './series-table.js'

/** Something that goes up and down: connections, a temperature. */
export interface Gauge {
  /** Sets it; `NaN` is dropped, and warned of once. */
  record(value: number, attributes?: Attributes): void
}

interface Series {
  readonly labels: readonly Label[]
  value: number
}

/** A gauge, with its series. */
export class GaugeInstrument implements Gauge, Readable {
  readonly #rules: InstrumentRules
  readonly #table: SeriesTable<Series>

  constructor(rules: InstrumentRules) {
    this.#rules = rules
    this.#table = new SeriesTable(rules, (labels) => ({ labels, value: 0 }))
  }

  record(value: number, attributes?: Attributes): void {
    const { names, twin, warn } = this.#rules
    if (typeof value !== 'number' || Number.isNaN(value)) {
      warn('value', `The gauge '${names.name}' records numbers alone; others are dropped.`)
      return
    }
    this.#table.of(attributes).value = value
    twin?.(value, attributes)
  }

  read(): MetricFamily {
    const points = this.#table.values().map(({ labels, value }) => ({ labels, value }))
    return { ...this.#rules.names, kind: 'gauge', points }
  }
}
