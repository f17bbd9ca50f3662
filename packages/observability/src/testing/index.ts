export { type LogLine, type MemoryLogger, memoryLogger } from './memory-logger.js'
export {
  type MemorySpans,
  type MemorySpansOptions,
  memorySpans,
  type RecordedEvent,
  type RecordedLink,
  type RecordedSpan,
} from './memory-spans.js'
export { type MetricReadings, type MetricSeries, readMetrics } from './read-metrics.js'
