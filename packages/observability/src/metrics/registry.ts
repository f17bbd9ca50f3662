import type { Clock } from '@base/core/clock'
import { checkFunction, checkOneOf, checkOptions } from '@base/core/options'
import { type Counter, CounterInstrument } from './counter.js'
import { Exemplars } from './exemplar.js'
import type { MetricFamily, MetricKind } from './family.js'
import { type Gauge, GaugeInstrument } from './gauge.js'
import { GlobalMeter } from './global-meter.js'
import { type Histogram, HistogramInstrument } from './histogram.js'
import type { InstrumentRules, Readable } from './instrument.js'
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
interface RegistryRules {
  readonly prefix: string
  readonly maxSeries: number
  readonly otel: boolean
  readonly clock: Clock
}

/** Of a histogram: those that were asked for, and those that it has. */
interface Buckets {
  readonly asked?: readonly number[] | undefined
  readonly bounds?: readonly number[]
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
  /** None unless all is recorded there as well. */
  readonly #global: GlobalMeter | undefined

  constructor(options: RegistryRules) {
    this.#options = options
    this.#exemplars = new Exemplars(() => options.clock.now())
    this.#global = options.otel ? new GlobalMeter() : undefined
  }

  counter(name: string, options: InstrumentOptions = {}): Counter {
    return this.#keep(name, 'counter', options, (rules) => new CounterInstrument(rules))
  }

  gauge(name: string, options: InstrumentOptions = {}): Gauge {
    return this.#keep(name, 'gauge', options, (rules) => new GaugeInstrument(rules))
  }

  histogram(name: string, options: HistogramOptions = {}): Histogram {
    const { buckets } = checkOptions(options, METRICS)
    const bounds = checkBuckets(buckets)
    const make = (rules: InstrumentRules) => new HistogramInstrument(rules, bounds)
    return this.#keep(name, 'histogram', options, make, { asked: buckets && bounds, bounds })
  }

  observe(name: string, observe: Observe, options: ObserveOptions = {}): void {
    const { kind = 'gauge' } = checkOptions(options, METRICS)
    checkFunction(observe, { ...METRICS, option: 'observe' })
    checkOneOf(kind, ['counter', 'gauge'], { ...METRICS, option: 'kind' })
    const full = this.#fullName(name)
    checkFree(full, this.#kept.get(full)?.kind)
    const rules = this.#rules(full, options, kind)
    const instrument = new ObservableInstrument(rules, kind, observe, this.#options.clock)
    this.#global?.observeTwin(full, options, kind, () => instrument.observations())
    this.#kept.set(full, { kind: 'observed', instrument })
  }

  collect(): Promise<MetricFamily[]> {
    this.#exemplars.look()
    this.#global?.look()
    return Promise.all([...this.#kept.values()].map(({ instrument }) => instrument.read()))
  }

  /** The instrument of that name, if it is one of that kind and shape; one that is made for it, if there is none. */
  #keep<I extends Readable>(
    name: string,
    kind: MetricKind,
    options: InstrumentOptions,
    make: (rules: InstrumentRules) => I,
    buckets: Buckets = {},
  ): I {
    const { unit, description } = checkOptions(options, METRICS)
    const full = this.#fullName(name)
    const known = this.#kept.get(full)
    if (known?.kind === kind) {
      checkUnit(unit)
      checkDescription(description)
      checkSame(full, known, { unit, buckets: buckets.asked })
      return known.instrument as I
    }
    checkFree(full, known?.kind)
    const rules = this.#rules(full, options, kind)
    const twin = this.#global?.twinOf(kind, full, options, buckets.bounds)
    const instrument = make({ ...rules, twin })
    this.#kept.set(full, { kind, unit, buckets: buckets.bounds, instrument })
    return instrument
  }

  #fullName(name: string): string {
    return this.#options.prefix + checkName(name)
  }

  #rules(name: string, options: InstrumentOptions, kind: MetricKind): InstrumentRules {
    const unit = checkUnit(options.unit)
    const description = checkDescription(options.description)
    const names = { name, unit, description, ...prometheusName(name, unit, kind) }
    this.#names.take(name, kind, names.family)
    this.#exemplars.look()
    const { maxSeries } = this.#options
    return { names, maxSeries, exemplars: this.#exemplars, twin: undefined, warn: warner() }
  }
}
