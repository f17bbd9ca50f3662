import { createNoopMeter, type Meter, type MetricOptions, metrics } from '@opentelemetry/api'
import { guarded } from '../tracing/guarded.js'
import type { Attributes } from './attributes.js'
import type { MetricKind } from './family.js'
import type { Twin } from './instrument.js'
import type { InstrumentOptions } from './instrument-options.js'
import type { Observation } from './observable.js'

type Recorder = (value: number, attributes: Record<string, string> | undefined) => void

/**
 * The global meter. As long as nobody has registered a provider what it makes does nothing, also afterwards
 * (opentelemetry-js#3622): so nothing is made before.
 */
export class GlobalMeter {
  #waiting: ((meter: Meter) => void)[] = []

  /** The same instrument; a histogram with the same buckets. */
  twinOf(kind: MetricKind, name: string, options: InstrumentOptions, bounds: readonly number[] = []): Twin {
    const given = namesIn(options)
    let record: Recorder | undefined
    this.#make((meter) => {
      record = recorderOf(meter, kind, name, given, bounds)
    })
    return (value: number, attributes: Attributes | undefined) => {
      if (record === undefined) this.look()
      try {
        record?.(value, presentOf(attributes))
      } catch {
        // A provider of somebody else must not break what is measured, and was counted here.
      }
    }
  }

  /** The same observations; what is wrong with their attributes, the provider reports. */
  observeTwin(
    name: string,
    options: InstrumentOptions,
    kind: 'counter' | 'gauge',
    observe: () => Promise<readonly Observation[]>,
  ): void {
    const given = namesIn(options)
    const create = kind === 'counter' ? 'createObservableCounter' : 'createObservableGauge'
    this.#make((meter) => {
      meter[create](name, given).addCallback(async (result) => {
        for (const { value, attributes } of await observe()) result.observe(value, presentOf(attributes))
      })
    })
  }

  /** Makes what waits for a provider, if there is one now. */
  look(): void {
    if (this.#waiting.length === 0) return
    guarded('a meter', () => {
      const meter = metrics.getMeter('@base/observability')
      if (meter === createNoopMeter()) return
      for (const make of this.#waiting.splice(0)) guarded('a meter', () => make(meter))
    })
  }

  #make(make: (meter: Meter) => void): void {
    this.#waiting.push(make)
    this.look()
  }
}

function recorderOf(
  meter: Meter,
  kind: MetricKind,
  name: string,
  given: MetricOptions,
  bounds: readonly number[],
): Recorder {
  if (kind === 'counter') {
    const counter = meter.createCounter(name, given)
    return (value, attributes) => counter.add(value, attributes)
  }
  const advice = { explicitBucketBoundaries: [...bounds] }
  const recorder =
    kind === 'gauge' ? meter.createGauge(name, given) : meter.createHistogram(name, { ...given, advice })
  return (value, attributes) => recorder.record(value, attributes)
}

/** What options name, inherited or not. */
function namesIn({ unit, description }: InstrumentOptions): MetricOptions {
  return { ...(unit !== undefined && { unit }), ...(description !== undefined && { description }) }
}

/** Without those that have no value: to an SDK that would be a series beside the one without them. */
function presentOf(attributes: Attributes | undefined): Record<string, string> | undefined {
  if (attributes === undefined || !Object.values(attributes).includes(undefined))
    return attributes as Record<string, string> | undefined
  const present = Object.entries(attributes).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as Record<string, string>
}
