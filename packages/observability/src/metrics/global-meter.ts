import { type Meter, type MetricOptions, metrics } from '@opentelemetry/api'
import type { Attributes } from './attributes.js'
import type { MetricKind } from './family.js'
import type { Twin } from './instrument.js'
import type { InstrumentOptions } from './instrument-options.js'
import type { Observation } from './observable.js'

/** The global meter: as long as nobody has registered a provider, what it makes does nothing. */
function meter(): Meter {
  return metrics.getMeter('@base/observability')
}

/** The same instrument; a histogram with the same buckets. */
export function twinOf(
  kind: MetricKind,
  name: string,
  options: InstrumentOptions,
  bounds: readonly number[] = [],
): Twin {
  const given = namesIn(options)
  if (kind === 'counter') {
    const counter = meter().createCounter(name, given)
    return forgiving((value, attributes) => counter.add(value, attributes))
  }
  const advice = { explicitBucketBoundaries: [...bounds] }
  const recorder =
    kind === 'gauge' ? meter().createGauge(name, given) : meter().createHistogram(name, { ...given, advice })
  return forgiving((value, attributes) => recorder.record(value, attributes))
}

/** The same observations; what is wrong with their attributes, the provider reports. */
export function observeTwin(
  name: string,
  options: InstrumentOptions,
  kind: 'counter' | 'gauge',
  observe: () => Promise<readonly Observation[]>,
): void {
  const create = kind === 'counter' ? 'createObservableCounter' : 'createObservableGauge'
  meter()
    [create](name, namesIn(options))
    .addCallback(async (result) => {
      for (const { value, attributes } of await observe()) result.observe(value, presentOf(attributes))
    })
}

/** What options name, inherited or not. */
function namesIn({ unit, description }: InstrumentOptions): MetricOptions {
  return { ...(unit !== undefined && { unit }), ...(description !== undefined && { description }) }
}

/** A provider of somebody else must not break what is measured. */
function forgiving(record: (value: number, attributes: Record<string, string> | undefined) => void): Twin {
  return (value: number, attributes: Attributes | undefined) => {
    try {
      record(value, presentOf(attributes))
    } catch {
      // It was counted here.
    }
  }
}

/** Without those that have no value: to an SDK that would be a series beside the one without them. */
function presentOf(attributes: Attributes | undefined): Record<string, string> | undefined {
  if (attributes === undefined || !Object.values(attributes).includes(undefined))
    return attributes as Record<string, string> | undefined
  const present = Object.entries(attributes).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as Record<string, string>
}
