import { invalidOption } from '@base/core/options'
import { type Context, context as contexts } from '@opentelemetry/api'
import { type HeaderCarrier, headerCarrier } from './header-carrier.js'
import { areTraceIdsRandom } from './random-trace-ids.js'
import { propagatorOf } from './trace-context-propagator.js'

const HEADERS = {
  package: '@base/observability',
  pattern: 'tracecontext.inject',
  option: 'headers',
} as const
const propagator = /* @__PURE__ */ propagatorOf(areTraceIdsRandom)

/**
 * W3C Trace Context, level 2, into and out of headers, whatever propagator is registered: for clients, queues and servers
 * that no instrumentation knows. Follows the rules of {@link traceContextPropagator}; that trace
 * ids are random it says under `startOpenTelemetry`, where they are.
 *
 * @example
 * // A server: the span of the request becomes a child of the caller's.
 * context.with(tracecontext.extract(request.headers), () => handle(request))
 * // A client:
 * await fetch(url, { headers: tracecontext.inject(new Headers()) })
 *
 * @see https://www.w3.org/TR/trace-context-2/
 */
export const tracecontext: {
  /**
   * Writes `traceparent` and `tracestate` of the active span, or of the context given, and gives the headers back. What
   * they held of another trace is replaced or removed; without a span they are left as they are.
   *
   * @throws InvalidOptionError where they are no headers.
   */
  inject<C extends HeaderCarrier>(headers: C, context?: Context): C
  /**
   * The active context, or the one given, with the remote span that the headers name; the same context where they name
   * none that is valid. Never throws because of a header.
   */
  extract(headers: HeaderCarrier, context?: Context): Context
} = {
  inject(headers, context = contexts.active()) {
    if (typeof headers !== 'object' || headers === null)
      throw invalidOption(headers, HEADERS, 'Headers, an object or an array')
    const written = new Map<string, string>()
    propagator.inject(context, written, {
      set: (carrier: Map<string, string>, name, value) => carrier.set(name, value),
    })
    if (written.size === 0) return headers
    for (const [name, value] of written) headerCarrier.set(headers, name, value)
    if (!written.has('tracestate')) headerCarrier.delete(headers, 'tracestate')
    return headers
  },

  extract(headers, context = contexts.active()) {
    return propagator.extract(context, headers, headerCarrier)
  },
}
