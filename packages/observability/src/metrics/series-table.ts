import { copyOf } from '../text/copy-of.js'
import { type Attributes, type Label, labelsOf } from './attributes.js'
import type { InstrumentRules } from './instrument.js'
import { labelText } from './label-text.js'
import { SeriesPaths } from './series-paths.js'

/** What all series have that found no room. @see OpenTelemetry specification, "Cardinality limits" */
const OVERFLOW: readonly Label[] = [['otel.metric.overflow', 'true']]

/** Other orders and spellings of the same attributes are remembered as well, up to so many for each series. */
const SPELLINGS = 4

/**
 * The series of an instrument, by their attributes; bounded. Two sets of attributes that Prometheus could not tell apart are one
 * series, for a scrape with the same series twice is refused.
 */
export class SeriesTable<Series> {
  readonly #rules: InstrumentRules
  readonly #make: (labels: readonly Label[]) => Series
  /** By labels as Prometheus knows them. */
  readonly #series = new Map<string, Series>()
  readonly #paths = new SeriesPaths<Series>()
  #learned = 0
  /** That of no attributes. */
  #plain: Series | undefined

  constructor(rules: InstrumentRules, make: (labels: readonly Label[]) => Series) {
    this.#rules = rules
    this.#make = make
  }

  /** The series of these attributes, whatever they are. Never throws. */
  of(attributes: Attributes | undefined): Series {
    if (attributes === undefined) {
      this.#plain ??= this.at([])
      return this.#plain
    }
    try {
      return this.#paths.find(attributes) ?? this.#learn(attributes)
    } catch {
      return this.at(labelsOf(attributes))
    }
  }

  at(labels: readonly Label[]): Series {
    const text = labelText(labels)
    const known = this.#series.get(text)
    if (known !== undefined) return known
    // One place is kept free for all that find none.
    if (this.#series.size >= this.#rules.maxSeries - 1 && text !== labelText(OVERFLOW)) {
      this.#tellOverflow()
      return this.at(OVERFLOW)
    }
    const own = labels.map(([name, value]): Label => [name, copyOf(value)])
    const series = this.#make(own)
    this.#series.set(labelText(own), series)
    return series
  }

  values(): Series[] {
    return [...this.#series.values()]
  }

  #learn(attributes: Attributes): Series {
    const series = this.at(labelsOf(attributes))
    if (this.#learned < this.#rules.maxSeries * SPELLINGS) {
      this.#learned += 1
      this.#paths.learn(attributes, series)
    }
    return series
  }

  #tellOverflow(): void {
    const { names, maxSeries, warn } = this.#rules
    warn(
      'series',
      `'${names.name}' has ${maxSeries} series; what comes beyond is counted together, as otel.metric.overflow. An attribute with very many values does not belong into a metric.`,
    )
  }
}
