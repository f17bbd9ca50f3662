import {
  type SpanOptions as ApiSpanOptions,
  type Context,
  context,
  type Span,
  type Tracer,
  trace,
} from '@opentelemetry/api'

/** Starts a span within a context. */
type Start = (name: string, options: ApiSpanOptions, active: Context) => Span
type Body = (span: Span) => unknown

/** A tracer of what starts its spans. */
export function tracerOf(start: Start): Tracer {
  const tracer = {
    startSpan: (name: string, options: ApiSpanOptions = {}, active = context.active()) =>
      start(name, options, active),
    startActiveSpan(name: string, ...rest: [...(ApiSpanOptions | Context)[], Body]) {
      const fn = rest.pop() as Body
      const [options = {}, active = context.active()] = rest as unknown as [ApiSpanOptions?, Context?]
      const span = start(name, options, active)
      return context.with(trace.setSpan(active, span), fn, undefined, span)
    },
  }
  return tracer as unknown as Tracer
}
