export {
  type MemorySpans,
  type MemorySpansOptions,
  memorySpans,
  type RecordedEvent,
  type RecordedSpan,
} from './memory-spans.js'
