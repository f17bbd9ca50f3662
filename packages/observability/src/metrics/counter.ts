import type { Attributes, Label } from './attributes.js'
import type { Exemplar, MetricFamily } from './family.js'
import { type InstrumentRules, isAddable, type Readable } from './instrument.js'
import { SeriesTable } from './series-table.js'

/** Something that only grows: requests, bytes sent. */
export interface Counter {
  /** Adds a number that is not negative; one that is, or that is not finite, is dropped, and warned of once. @defaultValue 1 */
  add(value?: number, attributes?: Attributes): void
}

interface Series {
  readonly labels: readonly Label[]
  value: number
  exemplar: Exemplar | undefined
}

/** A counter, with its series. */
export class CounterInstrument implements Counter, Readable {
  readonly #rules: InstrumentRules
  readonly #table: SeriesTable<Series>

  constructor(rules: InstrumentRules) {
    this.#rules = rules
    this.#table = new SeriesTable(rules, (labels) => ({ labels, value: 0, exemplar: undefined }))
  }

  add(value = 1, attributes?: Attributes): void {
    const { names, exemplars, twin, warn } = this.#rules
    if (!isAddable(value)) {
      warn('value', `The counter '${names.name}' adds finite numbers from 0 alone; others are dropped.`)
      return
    }
    const series = this.#table.of(attributes)
    series.value += value
    const exemplar = exemplars.of(value)
    if (exemplar !== undefined) series.exemplar = exemplar
    twin?.(value, attributes)
  }

  read(): MetricFamily {
    const points = this.#table.values().map(({ labels, value, exemplar }) => ({ labels, value, exemplar }))
    return { ...this.#rules.names, kind: 'counter', points }
  }
}
