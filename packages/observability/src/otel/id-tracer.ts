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

/**
 * A provider whose spans are ids alone: nothing is recorded. A trace that starts here is not sampled, for nobody here keeps it;
 * of one that came in, the flag goes on as it was, for others may.
 *
 * @see https://www.w3.org/TR/trace-context-2/#sampled-flag
 */
export function idTracerProvider(): TracerProvider {
  const tracer = tracerOf(startSpan)
  return { getTracer: () => tracer }
}

function startSpan(_: string, { root }: ApiSpanOptions, active: Context): Span {
  const parent = root === true ? undefined : trace.getSpanContext(active)
  const isChild = parent !== undefined && trace.isSpanContextValid(parent)
  return trace.wrapSpanContext(isChild ? childOf(parent) : { ...newIds(), traceFlags: TraceFlags.NONE })
}

function childOf({ traceId, traceFlags, traceState }: SpanContext): SpanContext {
  const { spanId } = newIds()
  return { traceId, spanId, traceFlags, ...(traceState !== undefined && { traceState }) }
}

/** Random in all their bytes; that one is zero, and so none, does not happen in the life of a star. */
function newIds(): { traceId: string; spanId: string } {
  const bytes = crypto.getRandomValues(new Uint8Array(24))
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return { traceId: text.slice(0, 32), spanId: text.slice(32) }
}
