import { type Attributes, keyOf, type Label, labelsOf } from './attributes.js'

/** What all series have that found no room. @see OpenTelemetry specification, "Cardinality limits" */
const OVERFLOW: readonly Label[] = [['otel.metric.overflow', 'true']]

/** Other orders of the same attributes are remembered as well, up to so many for each series. */
const ORDERS = 4

/** The series of an instrument, by their attributes; bounded. */
export class SeriesTable<Series> {
  readonly #make: (labels: readonly Label[]) => Series
  readonly #most: number
  readonly #onOverflow: () => void
  readonly #series = new Map<string, Series>()
  /** By attributes in the order in which they came. */
  readonly #seen = new Map<string, Series>()
  #plain: Series | undefined
  #overflow: Series | undefined

  constructor(make: (labels: readonly Label[]) => Series, most: number, onOverflow: () => void) {
    this.#make = make
    this.#most = most
    this.#onOverflow = onOverflow
  }

  of(attributes: Attributes | undefined): Series {
    if (attributes === undefined) {
      this.#plain ??= this.#find({})
      return this.#plain
    }
    const key = keyOf(attributes)
    return this.#seen.get(key) ?? this.#learn(key, attributes)
  }

  values(): Series[] {
    return [...this.#series.values(), ...(this.#overflow === undefined ? [] : [this.#overflow])]
  }

  #learn(key: string, attributes: Attributes): Series {
    const series = this.#find(attributes)
    if (series !== this.#overflow && this.#seen.size < this.#most * ORDERS) this.#seen.set(key, series)
    return series
  }

  #find(attributes: Attributes): Series {
    const labels = labelsOf(attributes)
    const key = keyOf(Object.fromEntries(labels))
    let series = this.#series.get(key)
    if (series !== undefined) return series
    // One is kept free for those without room.
    if (this.#series.size >= this.#most - 1) return this.#toOverflow()
    series = this.#make(labels)
    this.#series.set(key, series)
    return series
  }

  #toOverflow(): Series {
    if (this.#overflow === undefined) {
      this.#overflow = this.#make(OVERFLOW)
      this.#onOverflow()
    }
    return this.#overflow
  }
}
