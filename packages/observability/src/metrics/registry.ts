import type { Clock } from '@base/core/clock'
import { checkFunction, checkOneOf, checkOptions } from '@base/core/options'
import { guarded } from '../tracing/guarded.js'
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
import { checkFree, checkSame, type InstrumentShape } from './same-instrument.js'
import { SampleNames } from './sample-names.js'
import { warner } from './warner.js'

/** What holds for all instruments of a registry. */
export interface RegistryRules {
  readonly prefix: string
  readonly maxSeries: number
  readonly otel: boolean
  readonly clock: Clock
}

interface Kept extends InstrumentShape {
  readonly kind: MetricKind | 'observed'
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
    return this.#keep(name, 'counter', options, () => {
      const rules = this.#rules(name, options, 'counter')
      return new CounterInstrument(this.#with(rules, () => counterTwin(rules.name, options)))
    })
  }

  gauge(name: string, options: InstrumentOptions = {}): Gauge {
    return this.#keep(name, 'gauge', options, () => {
      const rules = this.#rules(name, options, 'gauge')
      return new GaugeInstrument(this.#with(rules, () => gaugeTwin(rules.name, options)))
    })
  }

  histogram(name: string, given: HistogramOptions = {}): Histogram {
    const { buckets, ...options } = checkOptions(given, METRICS)
    const bounds = checkBuckets(buckets)
    const shape = { ...options, buckets: buckets && bounds }
    const make = () => {
      const rules = this.#rules(name, options, 'histogram')
      const twin = () => histogramTwin(rules.name, options, bounds)
      return new HistogramInstrument(this.#with(rules, twin), bounds)
    }
    return this.#keep(name, 'histogram', shape, make, bounds)
  }

  observe(name: string, observe: Observe, given: ObserveOptions = {}): void {
    const { kind = 'gauge', ...options } = checkOptions(given, METRICS)
    checkFunction(observe, { ...METRICS, option: 'observe' })
    checkOneOf(kind, ['counter', 'gauge'], { ...METRICS, option: 'kind' })
    const full = this.#fullName(name)
    checkFree(full, this.#kept.get(full)?.kind)
    const rules = this.#rules(name, options, kind)
    const { otel, clock } = this.#options
    const instrument = new ObservableInstrument(rules, kind, observe, clock)
    if (otel)
      guarded('a meter', () => observeTwin(rules.name, options, kind, () => instrument.observations()))
    this.#kept.set(full, { kind: 'observed', instrument })
  }

  collect(): Promise<MetricFamily[]> {
    this.#exemplars.look()
    return Promise.all([...this.#kept.values()].map(({ instrument }) => instrument.read()))
  }

  /** The instrument of that name, if it is one of that kind and shape; one that is made for it, if there is none. */
  #keep<I extends Readable>(
    name: string,
    kind: MetricKind,
    options: InstrumentOptions & InstrumentShape,
    make: () => I,
    buckets?: readonly number[],
  ): I {
    const { unit, description } = checkOptions(options, METRICS)
    const full = this.#fullName(name)
    const known = this.#kept.get(full)
    if (known?.kind === kind) {
      if (unit !== undefined) checkUnit(unit)
      if (description !== undefined) checkDescription(description)
      checkSame(full, known, options)
      return known.instrument as I
    }
    checkFree(full, known?.kind)
    const instrument = make()
    this.#kept.set(full, { kind, unit, buckets, instrument })
    return instrument
  }

  #fullName(name: string): string {
    return this.#options.prefix + checkName(name)
  }

  #rules(
    name: string,
    { unit = '', description = '' }: InstrumentOptions,
    kind: MetricKind,
  ): InstrumentRules {
    const { maxSeries } = this.#options
    const full = this.#fullName(name)
    const names = prometheusName(full, checkUnit(unit), kind)
    checkDescription(description)
    this.#names.take(full, kind, names.family)
    const exemplars = this.#exemplars
    exemplars.look()
    return { name: full, unit, description, ...names, maxSeries, exemplars, twin: undefined, warn: warner() }
  }

  /** A provider of somebody else that cannot make the instrument must not break what is measured. */
  #with(rules: InstrumentRules, twin: () => Twin): InstrumentRules {
    return this.#options.otel ? { ...rules, twin: guarded('a meter', twin) } : rules
  }
}
