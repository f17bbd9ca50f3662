import type { Clock } from '@base/core/clock'
import { type Attributes, type Label, textOf } from './attributes.js'
import type { MetricFamily, NumberPoint } from './family.js'
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
  #isAsked = false

  constructor(rules: InstrumentRules, kind: 'counter' | 'gauge', observe: Observe, clock: Clock) {
    this.#rules = rules
    this.#kind = kind
    this.#observe = observe
    this.#clock = clock
  }

  /** Never rejects. */
  async read(): Promise<MetricFamily> {
    const family = { ...nameOf(this.#rules), kind: this.#kind }
    try {
      const found = this.#ask()
      return { ...family, points: this.#points(isPromise(found) ? await this.#within(found) : found) }
    } catch (error) {
      const { name, warn } = this.#rules
      warn('callback', `The callback of '${name}' failed, and is left out: ${textOf(error)}`)
      return { ...family, points: [] }
    }
  }

  /** One that hangs is not called again until it has ended: calls would pile up. */
  #ask(): Observed | Promise<Observed> {
    if (this.#isAsked) throw new Error('a call before has not ended')
    const found = this.#observe()
    if (!isPromise(found)) return found
    this.#isAsked = true
    const end = () => {
      this.#isAsked = false
    }
    found.then(end, end)
    return found
  }

  #within(asked: Promise<Observed>): Promise<Observed> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(new Error(`it took longer than ${PATIENCE} ms`))
      const timer = this.#clock.schedule(PATIENCE, giveUp, { name: 'metric callback' })
      asked.then(resolve, reject).finally(() => timer.cancel())
    })
  }

  /** Two observations with the same attributes are one: the last. */
  #points(found: Observed): readonly NumberPoint[] {
    const kind = this.#kind
    const table = new SeriesTable({
      make: (labels: readonly Label[]) => ({ labels, value: 0 }),
      most: this.#rules.maxSeries,
      onOverflow: tellOverflow(this.#rules),
    })
    for (const { value, attributes } of observationsOf(found)) {
      if (isObservable(value, kind)) table.of(attributes).value = value
      else this.#rules.warn('value', `'${this.#rules.name}' observed what is no ${kind}; it is dropped.`)
    }
    return table.values()
  }
}

/** One or many, as many. */
export function observationsOf(found: Observed): readonly Observation[] {
  return typeof found === 'number' ? [{ value: found }] : (found ?? [])
}

/** What a counter or gauge may show. */
export function isObservable(value: unknown, kind: 'counter' | 'gauge'): value is number {
  if (typeof value !== 'number' || Number.isNaN(value)) return false
  return kind === 'gauge' || (value >= 0 && value < Number.POSITIVE_INFINITY)
}

function isPromise(found: Observed | Promise<Observed>): found is Promise<Observed> {
  return typeof (found as { then?: unknown } | undefined)?.then === 'function'
}
