import type { Clock } from '@base/core/clock'
import {
  type SpanOptions as ApiSpanOptions,
  type Context,
  type Span,
  type SpanContext,
  TraceFlags,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
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

  function startSpan(scope: string, name: string, options: ApiSpanOptions, active: Context): Span {
    const parent = options.root === true ? undefined : trace.getSpanContext(active)
    const isChild = parent !== undefined && trace.isSpanContextValid(parent)
    const spanContext: SpanContext = {
      traceId: isChild ? parent.traceId : hex(32),
      spanId: hex(16),
      traceFlags: TraceFlags.SAMPLED,
      ...(isChild && parent.traceState !== undefined && { traceState: parent.traceState }),
    }
    open++
    const parentSpanId = isChild ? parent.spanId : undefined
    return new MemorySpan({ name, options, spanContext, parentSpanId, scope, clock }, (span) => {
      open--
      ended(span)
    })
  }

  const getTracer = (scope: string) =>
    tracerOf((name, options, active) => startSpan(scope, name, options, active))
  return { provider: { getTracer }, open: () => open }
}
