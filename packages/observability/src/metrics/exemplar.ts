import { isSpanContextValid, TraceFlags, trace } from '@opentelemetry/api'
import type { Exemplar } from './family.js'

/** A measurement as an exemplar, where it was taken within a span that is sampled. */
export function exemplarOf(value: number, now: () => number): Exemplar | undefined {
  const context = trace.getActiveSpan()?.spanContext()
  if (context === undefined || (context.traceFlags & TraceFlags.SAMPLED) === 0) return undefined
  if (!isSpanContextValid(context)) return undefined
  return { value, traceId: context.traceId, spanId: context.spanId, time: now() }
}
