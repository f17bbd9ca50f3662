import { checkFunction } from '@base/core/options'
import { INVALID_SPAN_CONTEXT, type Span, trace } from '@opentelemetry/api'
import { runInSpan } from './run-in-span.js'
import { sdkTracer } from './sdk-tracer.js'
import { checkSpanOptions, type SpanOptions } from './span-options.js'

/** What the function gets while there is no SDK: it records nothing, and one is enough. */
const SILENT: Span = /* @__PURE__ */ trace.wrapSpanContext(INVALID_SPAN_CONTEXT)

/**
 * Runs the function within a span and gives back what it gives; the span ends as one of {@link traced} does, and an error
 * is recorded the same way. The function gets the span, for attributes and events; it must not end it.
 *
 * An abort is told from an error by `signal` in the options; without it an `AbortError` is an error. Without an SDK the
 * function runs with a span that records nothing.
 *
 * @example
 * const total = await withSpan('price the cart', async (span) => {
 *   span.setAttribute('cart.items', 2)
 *   return 100
 * })
 *
 * @throws {@link InvalidOptionError} naming the option; whatever the function throws.
 */
export function withSpan<T>(options: string | SpanOptions, fn: (span: Span) => T): T {
  const settings = checkSpanOptions(options, 'withSpan')
  checkFunction(fn, { package: '@base/observability', pattern: 'withSpan', option: 'fn' })
  const tracer = sdkTracer()
  if (tracer === undefined) return fn(SILENT)
  const run = (span: unknown) => fn((span as Span | undefined) ?? SILENT)
  return runInSpan(tracer, settings, run, undefined, undefined) as T
}
