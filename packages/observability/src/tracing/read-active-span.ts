import { type SpanContext, trace } from '@opentelemetry/api'

/** What is read of OpenTelemetry's active span, if there is one. Never throws: a foreign tracer's fault costs no line and no measurement. */
export function readActiveSpan<T>(read: (span: SpanContext) => T | undefined): T | undefined {
  try {
    const span = trace.getActiveSpan()?.spanContext()
    return span && read(span)
  } catch {
    return undefined
  }
}
