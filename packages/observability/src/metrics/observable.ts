import type { Clock } from '@base/core/clock'
import { type Attributes, labelsOf, textOf } from './attributes.js'
import type { MetricFamily, NumberPoint } from './family.js'
import { type InstrumentRules, isAddable, type Readable } from './instrument.js'
import { labelText } from './label-text.js'
import { SeriesTable } from './series-table.js'

/** A value with attributes, as a callback gives it. */
export interface Observation {
  /** The value at this moment. */
  readonly value: number
  /** What tells its series apart. @defaultValue none */
  readonly attributes?: Attributes
}

/** Asked for a value whenever the metrics are read, here or by OpenTelemetry; who reads while a call is under way waits for that one. */
export type Observe = () =>
  | number
  | readonly Observation[]
  | undefined
  | Promise<number | readonly Observation[] | undefined>

/** What a callback gives, once it has. */
type Observed = Awaited<ReturnType<Observe>>

/** A callback that is slower is left out, in milliseconds: who scrapes does not wait for it. */
const PATIENCE = 1_000

/** An instrument without state, whose callback knows the value. */
export class ObservableInstrument implements Readable {
  readonly #rules: InstrumentRules
  readonly #kind: 'counter' | 'gauge'
  readonly #observe: Observe
  readonly #clock: Clock
  /** The call that is under way, for all who read meanwhile. */
  #asked: Promise<Observed> | undefined
  /** Whether it took longer than whoever began it waits. */
  #hangs = false

  constructor(rules: InstrumentRules, kind: 'counter' | 'gauge', observe: Observe, clock: Clock) {
    this.#rules = rules
    this.#kind = kind
    this.#observe = observe
    this.#clock = clock
  }

  /** Never rejects. */
  async read(): Promise<MetricFamily> {
    const points = await this.#of((found) => this.#points(found))
    return { ...this.#rules.names, kind: this.#kind, points }
  }

  /** What the callback gives, for whoever reads elsewhere. Never rejects. */
  observations(): Promise<readonly Observation[]> {
    return this.#of((found) => this.#observable(found))
  }

  async #of<T>(look: (found: Observed) => readonly T[]): Promise<readonly T[]> {
    try {
      const found = this.#ask()
      return look(isPromise(found) ? await this.#within(found) : found)
    } catch (error) {
      const { names, warn } = this.#rules
      warn('callback', `The callback of '${names.name}' failed, and is left out: ${textOf(error)}`)
      return []
    }
  }

  /** Once at a time: calls would pile up behind one that hangs, which is not waited for again until it has ended. */
  #ask(): Observed | Promise<Observed> {
    if (this.#asked !== undefined) {
      if (this.#hangs) throw new Error('a call before has not ended')
      return this.#asked
    }
    const found = this.#observe()
    if (!isPromise(found)) return found
    // A query that runs when it is awaited runs once.
    const asked = Promise.resolve(found)
    this.#asked = asked
    const end = () => {
      this.#asked = undefined
      this.#hangs = false
    }
    asked.then(end, end)
    return asked
  }

  #within(asked: Promise<Observed>): Promise<Observed> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#hangs = true
        reject(new Error(`it took longer than ${PATIENCE} ms`))
      }
      const timer = this.#clock.schedule(PATIENCE, giveUp, { name: 'metric callback' })
      asked.then(resolve, reject).finally(() => timer.cancel())
    })
  }

  /** Two observations with the same attributes are one: the last. All that find no room are one: their sum. */
  #points(found: Observed): readonly NumberPoint[] {
    const last = new Map<string, NumberPoint>()
    for (const { value, attributes = {} } of this.#observable(found)) {
      const labels = labelsOf(attributes)
      last.set(labelText(labels), { labels, value })
    }
    const table = new SeriesTable(this.#rules, (labels) => ({ labels, value: 0 }))
    for (const { labels, value } of last.values()) table.at(labels).value += value
    return table.values()
  }

  /** One or many, as many; without those that it may not show. */
  #observable(found: Observed): readonly Observation[] {
    const { names, warn } = this.#rules
    const all = typeof found === 'number' ? [{ value: found }] : [...(found ?? [])]
    return all.filter(({ value }) => {
      if (isObservable(value, this.#kind)) return true
      warn('value', `'${names.name}' observed what is no ${this.#kind}; it is dropped.`)
      return false
    })
  }
}

/** What a counter or gauge may show. */
function isObservable(value: unknown, kind: 'counter' | 'gauge'): value is number {
  return kind === 'counter' ? isAddable(value) : typeof value === 'number' && !Number.isNaN(value)
}

function isPromise(found: Observed | Promise<Observed>): found is Promise<Observed> {
  return typeof (found as { then?: unknown } | undefined)?.then === 'function'
}
