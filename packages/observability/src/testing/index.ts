export { type MetricReadings, type MetricSeries, readMetrics } from './read-metrics.js'
