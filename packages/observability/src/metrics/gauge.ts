import type { Attributes, Label } from './attributes.js'
import type { MetricFamily } from './family.js'
import { type InstrumentRules, nameOf, type Readable, tellOverflow } from './instrument.js'
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
    this.#table = new SeriesTable({
      make: (labels): Series => ({ labels, value: 0 }),
      most: rules.maxSeries,
      onOverflow: tellOverflow(rules),
    })
  }

  record(value: number, attributes?: Attributes): void {
    const { name, twin, warn } = this.#rules
    if (typeof value !== 'number' || Number.isNaN(value)) {
      warn('value', `The gauge '${name}' records numbers alone; others are dropped.`)
      return
    }
    this.#table.of(attributes).value = value
    twin?.(value, attributes)
  }

  read(): MetricFamily {
    const points = this.#table.values().map(({ labels, value }) => ({ labels, value }))
    return { ...nameOf(this.#rules), kind: 'gauge', points }
  }
}
