import { type Clock, systemClock } from '@base/core/clock'
import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkMethods,
  checkOneOf,
  checkText,
  invalidOption,
} from '@base/core/options'
import { type Counter, CounterInstrument } from './counter.js'
import type { MetricFamily, MetricKind } from './family.js'
import { type Gauge, GaugeInstrument } from './gauge.js'
import { counterTwin, gaugeTwin, histogramTwin, observeTwin } from './global-meter.js'
import { type Histogram, HistogramInstrument } from './histogram.js'
import type { InstrumentRules, Readable, Twin } from './instrument.js'
import {
  checkBuckets,
  checkDescription,
  checkName,
  checkUnit,
  type HistogramOptions,
  type InstrumentOptions,
  type ObserveOptions,
} from './instrument-options.js'
import { ObservableInstrument, type Observe } from './observable.js'
import { prometheusName } from './prometheus-name.js'

const WHERE = { package: '@base/observability', pattern: 'createMetrics' } as const

/** Options of {@link createMetrics}. */
export interface MetricsOptions {
  /** Stands before every name, with a dot or an underscore of its own: `'shop.'`. @defaultValue none */
  readonly prefix?: string
  /** The most series of an instrument; beyond, all are counted together, and a warning tells once. At least 2. @defaultValue 2000 */
  readonly maxSeries?: number
  /** Whether everything is recorded to OpenTelemetry's global meter as well. @defaultValue false */
  readonly otel?: boolean
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock
}

/** Instruments, and what they have measured. See {@link createMetrics}. */
export interface Metrics {
  /**
   * Something that only grows. Asking for it again gives the same one.
   *
   * @throws InvalidOptionError naming the option, and for a name that another instrument has.
   */
  counter(name: string, options?: InstrumentOptions): Counter
  /** Something that goes up and down. @throws InvalidOptionError as for a counter. */
  gauge(name: string, options?: InstrumentOptions): Gauge
  /** How values are distributed. @throws InvalidOptionError as for a counter. */
  histogram(name: string, options?: HistogramOptions): Histogram
  /**
   * Calls `observe` for its value whenever the metrics are read; one that fails, or takes longer than a second, is left out.
   * A name is observed once.
   *
   * @throws InvalidOptionError as for a counter.
   */
  observe(name: string, observe: Observe, options?: ObserveOptions): void
  /** All there is at this moment, in the order in which the instruments were made. Never rejects. */
  collect(): Promise<MetricFamily[]>
}

/**
 * Metrics with the names and units of OpenTelemetry, kept here to be read, by {@link metricsEndpoint} or by you.
 *
 * The series of an instrument are bounded. Recording never throws: what cannot be recorded is dropped, and a warning of the
 * process tells once. A measurement within a sampled span is kept as an exemplar.
 *
 * @example
 * const metrics = createMetrics()
 * const orders = metrics.counter('orders.placed', { description: 'Orders that were placed', unit: '{order}' })
 * orders.add(1, { channel: 'web' })
 *
 * @throws InvalidOptionError naming the option.
 * @see OpenTelemetry specification, "Metrics API"
 */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const { prefix = '', maxSeries = 2_000, otel = false, clock = systemClock } = options
  if (prefix !== '') checkName(checkText(prefix, { ...WHERE, option: 'prefix' }), 'prefix')
  checkInteger(maxSeries, { ...WHERE, option: 'maxSeries', min: 2, max: 1_000_000 })
  checkBoolean(otel, { ...WHERE, option: 'otel' })
  checkMethods(clock, ['now', 'schedule'], { ...WHERE, option: 'clock' })
  return new Registry({ prefix, maxSeries, otel, clock })
}

interface Kept {
  readonly kind: string
  readonly instrument: Readable
}

class Registry implements Metrics {
  readonly #options: Required<MetricsOptions>
  readonly #kept = new Map<string, Kept>()
  /** Names of samples, and whose they are. */
  readonly #taken = new Map<string, string>()

  constructor(options: Required<MetricsOptions>) {
    this.#options = options
  }

  counter(name: string, options: InstrumentOptions = {}): Counter {
    return this.#keep(name, options, 'counter', () => {
      const rules = this.#rules(name, options, 'counter', counterTwin)
      return new CounterInstrument(rules)
    })
  }

  gauge(name: string, options: InstrumentOptions = {}): Gauge {
    return this.#keep(name, options, 'gauge', () => {
      const rules = this.#rules(name, options, 'gauge', gaugeTwin)
      return new GaugeInstrument(rules)
    })
  }

  histogram(name: string, { buckets, ...options }: HistogramOptions = {}): Histogram {
    const bounds = checkBuckets(buckets)
    return this.#keep(name, { ...options, unit: options.unit ?? '' }, `histogram ${bounds}`, () => {
      const twin = (full: string) => histogramTwin(full, options, bounds)
      const rules = this.#rules(name, options, 'histogram', twin)
      return new HistogramInstrument(rules, bounds)
    })
  }

  observe(name: string, observe: Observe, { kind = 'gauge', ...options }: ObserveOptions = {}): void {
    const place = { package: '@base/observability', pattern: 'Metrics' }
    checkFunction(observe, { ...place, option: 'observe' })
    checkOneOf(kind, ['counter', 'gauge'], { ...place, option: 'kind' })
    const rules = this.#rules(name, options, kind)
    const { otel, clock } = this.#options
    if (otel) observeTwin(rules.name, options, kind, observe)
    this.#kept.set(rules.name, {
      kind: 'observed',
      instrument: new ObservableInstrument(rules, kind, observe, clock),
    })
  }

  collect(): Promise<MetricFamily[]> {
    return Promise.all([...this.#kept.values()].map(async ({ instrument }) => instrument.read()))
  }

  /** The instrument of that name, if it is one of the same kind and unit; otherwise a new one. */
  #keep<I extends Readable>(name: string, { unit = '' }: InstrumentOptions, kind: string, make: () => I): I {
    const known = this.#kept.get(this.#options.prefix + name)
    const full = `${kind} in '${unit}'`
    if (known?.kind === full) return known.instrument as I
    const instrument = make()
    this.#kept.set(this.#options.prefix + name, { kind: full, instrument })
    return instrument
  }

  #rules(
    name: string,
    options: InstrumentOptions,
    kind: MetricKind,
    twinOf?: (name: string, options: InstrumentOptions) => Twin,
  ): InstrumentRules {
    const full = this.#options.prefix + checkName(name)
    const unit = checkUnit(options.unit ?? '')
    const description = checkDescription(options.description ?? '')
    const names = prometheusName(full, unit, kind)
    this.#take(full, kind, names.family)
    const { maxSeries, otel, clock } = this.#options
    const twin = otel ? twinOf?.(full, options) : undefined
    return {
      name: full,
      unit,
      description,
      ...names,
      maxSeries,
      now: () => clock.now(),
      twin,
      warn: warner(),
    }
  }

  /** Two families must not share the name of a sample. */
  #take(name: string, kind: MetricKind, family: string): void {
    const samples =
      kind === 'histogram'
        ? [family, `${family}_bucket`, `${family}_sum`, `${family}_count`]
        : kind === 'counter'
          ? [family, `${family}_total`]
          : [family]
    for (const sample of samples) {
      const owner = this.#taken.get(sample)
      if (owner === undefined) continue
      const place = { package: '@base/observability', pattern: 'Metrics', option: 'name' }
      throw invalidOption(name, place, `a name of its own: '${owner}' is '${sample}' in Prometheus as well`)
    }
    for (const sample of samples) this.#taken.set(sample, name)
  }
}

/** Warns once of each kind of thing. */
function warner(): InstrumentRules['warn'] {
  const told = new Set<string>()
  return (kind, message) => {
    if (told.has(kind)) return
    told.add(kind)
    globalThis.process?.emitWarning?.(message, {
      type: 'MetricsWarning',
      code: `METRICS_${kind.toUpperCase()}`,
    })
  }
}
