import { type Meter, metrics } from '@opentelemetry/api'
import type { Twin } from './instrument.js'
import type { InstrumentOptions } from './instrument-options.js'
import type { Observe } from './observable.js'

/** The global meter: as long as nobody registers a provider, what it makes does nothing. */
function meter(): Meter {
  return metrics.getMeter('@base/observability')
}

/** The same counter. */
export function counterTwin(name: string, options: InstrumentOptions): Twin {
  const counter = meter().createCounter(name, options)
  return (value, attributes) => counter.add(value, attributes)
}

/** The same gauge. */
export function gaugeTwin(name: string, options: InstrumentOptions): Twin {
  const gauge = meter().createGauge(name, options)
  return (value, attributes) => gauge.record(value, attributes)
}

/** The same histogram, with the same buckets. */
export function histogramTwin(name: string, options: InstrumentOptions, bounds: readonly number[]): Twin {
  const advice = { explicitBucketBoundaries: [...bounds] }
  const histogram = meter().createHistogram(name, { ...options, advice })
  return (value, attributes) => histogram.record(value, attributes)
}

/** The same callback. */
export function observeTwin(
  name: string,
  options: InstrumentOptions,
  kind: 'counter' | 'gauge',
  observe: Observe,
): void {
  const create = kind === 'counter' ? 'createObservableCounter' : 'createObservableGauge'
  meter()
    [create](name, options)
    .addCallback(async (result) => {
      const found = await observe()
      const observations = typeof found === 'number' ? [{ value: found }] : (found ?? [])
      for (const { value, attributes } of observations as readonly { value: number; attributes?: object }[])
        result.observe(value, attributes as Record<string, string>)
    })
}
