import type { Attributes, Label } from './attributes.js'
import type { Exemplar, MetricFamily } from './family.js'
import { type InstrumentRules, nameOf, type Readable, tellOverflow } from './instrument.js'
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
    this.#table = new SeriesTable({
      make: (labels): Series => ({ labels, value: 0, exemplar: undefined }),
      most: rules.maxSeries,
      onOverflow: tellOverflow(rules),
    })
  }

  add(value = 1, attributes?: Attributes): void {
    if (!isAddable(value)) {
      this.#refuse()
      return
    }
    const { exemplars, twin } = this.#rules
    const series = this.#table.of(attributes)
    series.value += value
    const exemplar = exemplars.of(value)
    if (exemplar !== undefined) series.exemplar = exemplar
    twin?.(value, attributes)
  }

  #refuse(): void {
    const { name, warn } = this.#rules
    warn('value', `The counter '${name}' adds finite numbers from 0 alone; others are dropped.`)
  }

  read(): MetricFamily {
    const points = this.#table.values().map(({ labels, value, exemplar }) => ({ labels, value, exemplar }))
    return { ...nameOf(this.#rules), kind: 'counter', points }
  }
}

function isAddable(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY
}
