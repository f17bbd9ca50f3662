import {
  type SpanOptions as ApiSpanOptions,
  type Context,
  context,
  type Span,
  type SpanContext,
  type Tracer,
  trace,
} from '@opentelemetry/api'

/** Starts a span below its parent, if it has one. */
type Start = (name: string, options: ApiSpanOptions, parent: SpanContext | undefined) => Span
type Body = (span: Span) => unknown

/** A tracer of what starts its spans. */
export function tracerOf(start: Start): Tracer {
  const startIn = (active: Context, name: string, options: ApiSpanOptions) => {
    const parent = options.root === true ? undefined : trace.getSpanContext(active)
    return start(name, options, parent !== undefined && trace.isSpanContextValid(parent) ? parent : undefined)
  }
  const tracer = {
    startSpan: (name: string, options: ApiSpanOptions = {}, active = context.active()) =>
      startIn(active, name, options),
    startActiveSpan(name: string, ...rest: [...(ApiSpanOptions | Context)[], Body]) {
      const fn = rest.pop() as Body
      const [options = {}, active = context.active()] = rest as unknown as [ApiSpanOptions?, Context?]
      const span = startIn(active, name, options)
      return context.with(trace.setSpan(active, span), fn, undefined, span)
    },
  }
  return tracer as unknown as Tracer
}
