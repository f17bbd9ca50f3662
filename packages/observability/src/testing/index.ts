export { type LogLine, type MemoryLogger, memoryLogger } from './memory-logger.js'
export {
  type MemorySpans,
  type MemorySpansOptions,
  memorySpans,
} from './memory-spans.js'
export { type MetricReadings, type MetricSeries, readMetrics } from './read-metrics.js'
export type { RecordedEvent, RecordedLink, RecordedSpan } from './recorded-span.js'
