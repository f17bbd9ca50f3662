import { copyOf } from '../text/copy-of.js'
import { type Attributes, type Label, labelsOf, readableOf } from './attributes.js'
import { labelText } from './label-text.js'
import { SeriesPaths } from './series-paths.js'

/** What all series have that found no room. @see OpenTelemetry specification, "Cardinality limits" */
const OVERFLOW: readonly Label[] = [['otel.metric.overflow', 'true']]

/** Other orders and spellings of the same attributes are remembered as well, up to so many for each series. */
const SPELLINGS = 4

/** What a table of series needs. */
export interface SeriesTableOptions<Series> {
  readonly make: (labels: readonly Label[]) => Series
  /** The most series, with the one for all that found no room. */
  readonly most: number
  readonly onOverflow: () => void
}

/**
 * The series of an instrument, by their attributes; bounded. Two sets of attributes that Prometheus could not tell apart are one
 * series, for a scrape with the same series twice is refused.
 */
export class SeriesTable<Series> {
  readonly #options: SeriesTableOptions<Series>
  /** By labels as Prometheus knows them. */
  readonly #series = new Map<string, Series>()
  readonly #paths = new SeriesPaths<Series>()
  #learned = 0
  /** That of no attributes. */
  #plain: Series | undefined

  constructor(options: SeriesTableOptions<Series>) {
    this.#options = options
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
      return this.at(labelsOf(readableOf(attributes)))
    }
  }

  /** The series of these labels. */
  at(labels: readonly Label[]): Series {
    const { make, most, onOverflow } = this.#options
    const text = labelText(labels)
    const known = this.#series.get(text)
    if (known !== undefined) return known
    // One place is kept free for all that find none.
    if (this.#series.size >= most - 1 && text !== labelText(OVERFLOW)) {
      onOverflow()
      return this.at(OVERFLOW)
    }
    const own = labels.map(([name, value]): Label => [name, copyOf(value)])
    const series = make(own)
    this.#series.set(labelText(own), series)
    return series
  }

  values(): Series[] {
    return [...this.#series.values()]
  }

  #learn(attributes: Attributes): Series {
    const series = this.at(labelsOf(attributes))
    if (this.#learned < this.#options.most * SPELLINGS) {
      this.#learned += 1
      this.#paths.learn(attributes, series)
    }
    return series
  }
}
