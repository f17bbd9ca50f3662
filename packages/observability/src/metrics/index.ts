export type { Attributes, Label } from './attributes.js'
export type { Counter } from './counter.js'
export type {
  Bucket,
  Exemplar,
  FamilyName,
  HistogramFamily,
  HistogramPoint,
  MetricFamily,
  MetricKind,
  NumberFamily,
  NumberPoint,
} from './family.js'
export type { Gauge } from './gauge.js'
export type { Histogram } from './histogram.js'
export type { HistogramOptions, InstrumentOptions, ObserveOptions } from './instrument-options.js'
export { createMetrics, type Metrics, type MetricsOptions } from './metrics.js'
export { metricsEndpoint } from './metrics-endpoint.js'
export type { Observation, Observe } from './observable.js'
export { processMetrics } from './process-metrics.js'
