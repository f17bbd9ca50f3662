import type { Clock } from '@base/core/clock'
import type { Attributes, Label } from './attributes.js'
import type { MetricFamily } from './family.js'
import { type InstrumentRules, nameOf, type Readable, tellOverflow } from './instrument.js'
import { SeriesTable } from './series-table.js'

/** A value with attributes, as a callback gives it. */
export interface Observation {
  /** The value at this moment. */
  readonly value: number
  /** What tells its series apart. @defaultValue none */
  readonly attributes?: Attributes
}

/** Asked for a value whenever the metrics are read. */
export type Observe = () =>
  | number
  | readonly Observation[]
  | undefined
  | Promise<number | readonly Observation[] | undefined>

/** A callback that is slower is left out, in milliseconds: who scrapes does not wait for it. */
const PATIENCE = 1_000

/** An instrument without state, whose callback knows the value. */
export class ObservableInstrument implements Readable {
  readonly #rules: InstrumentRules
  readonly #kind: 'counter' | 'gauge'
  readonly #observe: Observe
  readonly #clock: Clock

  constructor(rules: InstrumentRules, kind: 'counter' | 'gauge', observe: Observe, clock: Clock) {
    this.#rules = rules
    this.#kind = kind
    this.#observe = observe
    this.#clock = clock
  }

  async read(): Promise<MetricFamily> {
    const family = { ...nameOf(this.#rules), kind: this.#kind }
    try {
      return { ...family, points: this.#points(await this.#ask()) }
    } catch (error) {
      this.#rules.warn('callback', `The callback of '${this.#rules.name}' failed, and is left out: ${error}`)
      return { ...family, points: [] }
    }
  }

  #ask(): Promise<number | readonly Observation[] | undefined> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(new Error(`it took longer than ${PATIENCE} ms`))
      const timer = this.#clock.schedule(PATIENCE, giveUp, { name: 'metric callback' })
      const asked = (async () => this.#observe())()
      asked.finally(() => timer.cancel()).then(resolve, reject)
    })
  }

  /** Two observations with the same attributes are one: the last. */
  #points(found: number | readonly Observation[] | undefined): { labels: readonly Label[]; value: number }[] {
    const observations = typeof found === 'number' ? [{ value: found }] : (found ?? [])
    const make = (labels: readonly Label[]) => ({ labels, value: 0 })
    const table = new SeriesTable(make, this.#rules.maxSeries, tellOverflow(this.#rules))
    for (const { value, attributes } of observations as readonly Observation[]) {
      if (typeof value === 'number' && !Number.isNaN(value)) table.of(attributes).value = value
    }
    return table.values()
  }
}
