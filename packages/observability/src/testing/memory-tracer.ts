import type { Clock } from '@base/core/clock'
import { TraceFlags, type TracerProvider } from '@opentelemetry/api'
import { tracerOf } from '../tracing/tracer-of.js'
import { MemorySpan } from './memory-span.js'
import type { RecordedSpan } from './recorded-span.js'

/** A provider whose spans are told once they have ended, and how many have not. */
export function memoryTracer(
  clock: Clock,
  ended: (span: RecordedSpan) => void,
): { provider: TracerProvider; open: () => number } {
  let ids = 0
  let open = 0
  const hex = (length: number) => (++ids).toString(16).padStart(length, '0')
  const getTracer = (scope: string) =>
    tracerOf((name, options, parent) => {
      const spanContext = {
        traceId: parent?.traceId ?? hex(32),
        spanId: hex(16),
        traceFlags: TraceFlags.SAMPLED,
        ...(parent?.traceState !== undefined && { traceState: parent.traceState }),
      }
      open++
      const start = { name, options, spanContext, parentSpanId: parent?.spanId, scope, clock }
      return new MemorySpan(start, (span) => {
        open--
        ended(span)
      })
    })
  return { provider: { getTracer }, open: () => open }
}
