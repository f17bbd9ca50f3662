import type { Clock } from '@base/core/clock'
import { checkFunction, checkOneOf, checkOptions } from '@base/core/options'
import { type Counter, CounterInstrument } from './counter.js'
import { Exemplars } from './exemplar.js'
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
  METRICS,
  type ObserveOptions,
} from './instrument-options.js'
import type { Metrics } from './metrics.js'
import { ObservableInstrument, type Observe } from './observable.js'
import { prometheusName } from './prometheus-name.js'
import { SampleNames } from './sample-names.js'
import { warner } from './warner.js'

/** What holds for all instruments of a registry. */
export interface RegistryRules {
  readonly prefix: string
  readonly maxSeries: number
  readonly otel: boolean
  readonly clock: Clock
}

interface Kept {
  /** What an instrument of this name has to be, to be the same. */
  readonly kind: string
  readonly instrument: Readable
}

/** The instruments, by name. */
export class Registry implements Metrics {
  readonly #options: RegistryRules
  readonly #kept = new Map<string, Kept>()
  readonly #names = new SampleNames()
  readonly #exemplars: Exemplars

  constructor(options: RegistryRules) {
    this.#options = options
    this.#exemplars = new Exemplars(() => options.clock.now())
  }

  counter(name: string, options: InstrumentOptions = {}): Counter {
    return this.#keep(name, options, 'counter', () => {
      const rules = this.#rules(name, options, 'counter')
      return new CounterInstrument(this.#with(rules, () => counterTwin(rules.name, options)))
    })
  }

  gauge(name: string, options: InstrumentOptions = {}): Gauge {
    return this.#keep(name, options, 'gauge', () => {
      const rules = this.#rules(name, options, 'gauge')
      return new GaugeInstrument(this.#with(rules, () => gaugeTwin(rules.name, options)))
    })
  }

  histogram(name: string, given: HistogramOptions = {}): Histogram {
    const { buckets, ...options } = checkOptions(given, METRICS)
    const bounds = checkBuckets(buckets)
    return this.#keep(name, options, `histogram ${bounds}`, () => {
      const rules = this.#rules(name, options, 'histogram')
      const twin = () => histogramTwin(rules.name, options, bounds)
      return new HistogramInstrument(this.#with(rules, twin), bounds)
    })
  }

  observe(name: string, observe: Observe, given: ObserveOptions = {}): void {
    const { kind = 'gauge', ...options } = checkOptions(given, METRICS)
    checkFunction(observe, { ...METRICS, option: 'observe' })
    checkOneOf(kind, ['counter', 'gauge'], { ...METRICS, option: 'kind' })
    const rules = this.#rules(name, options, kind)
    const { otel, clock } = this.#options
    const instrument = new ObservableInstrument(rules, kind, observe, clock)
    if (otel) observeTwin(rules.name, options, kind, () => instrument.observations())
    this.#kept.set(rules.name, { kind: 'observed', instrument })
  }

  collect(): Promise<MetricFamily[]> {
    this.#exemplars.look()
    return Promise.all([...this.#kept.values()].map(({ instrument }) => instrument.read()))
  }

  /** The instrument of that name, if it is one of the same kind and unit; otherwise a new one. */
  #keep<I extends Readable>(name: string, options: InstrumentOptions, kind: string, make: () => I): I {
    const { unit = '' } = checkOptions(options, METRICS)
    const full = this.#options.prefix + checkName(name)
    const same = `${kind} in '${unit}'`
    const known = this.#kept.get(full)
    if (known?.kind === same) return known.instrument as I
    const instrument = make()
    this.#kept.set(full, { kind: same, instrument })
    return instrument
  }

  #rules(
    name: string,
    { unit = '', description = '' }: InstrumentOptions,
    kind: MetricKind,
  ): InstrumentRules {
    const { prefix, maxSeries } = this.#options
    const full = prefix + checkName(name)
    const names = prometheusName(full, checkUnit(unit), kind)
    checkDescription(description)
    this.#names.take(full, kind, names.family)
    const exemplars = this.#exemplars
    exemplars.look()
    return { name: full, unit, description, ...names, maxSeries, exemplars, twin: undefined, warn: warner() }
  }

  #with(rules: InstrumentRules, twin: () => Twin): InstrumentRules {
    return this.#options.otel ? { ...rules, twin: twin() } : rules
  }
}
