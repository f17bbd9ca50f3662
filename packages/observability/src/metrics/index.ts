export { type AnomalyDetector, type AnomalyOptions, type AnomalyVerdict, anomaly } from './anomaly.js'
export type { Attributes, Label } from './attributes.js'
export type { Counter } from './counter.js'
export { createMetrics, type MetricsOptions } from './create-metrics.js'
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
export type { Metrics } from './metrics.js'
export { metricsEndpoint } from './metrics-endpoint.js'
export type { Observation, Observe } from './observable.js'
export { processMetrics } from './process-metrics.js'
