import type { Metrics } from '../metrics/metrics.js'
import type { ChannelRule } from './channel-rule.js'
import { fieldReader, type Sink } from './message-reader.js'

/** Counts a message, or records how long something took. @throws InvalidOptionError where another instrument has the name. */
export function metricSink({ metric }: ChannelRule, metrics: Metrics): Sink {
  const { name, duration, ...options } = metric
  if (duration === undefined) {
    const counter = metrics.counter(name, options)
    return (_, labels) => counter.add(1, labels)
  }
  const histogram = metrics.histogram(name, options)
  const durationOf = fieldReader(duration)
  return (message, labels) => {
    const milliseconds = durationOf(message)
    if (typeof milliseconds === 'number' && milliseconds >= 0) histogram.record(milliseconds / 1_000, labels)
  }
}
