import {
  type Span,
  type SpanContext,
  TraceFlags,
  type TracerProvider,
  type TraceState,
  trace,
} from '@opentelemetry/api'
import { sayIdsAlone } from '../tracing/ids-alone.js'
import { tracerOf } from '../tracing/tracer-of.js'
import { RandomHex } from './random-hex.js'

/**
 * A provider whose spans are ids alone: nothing is recorded. A trace that starts here is not sampled, for nobody here keeps it;
 * of one that came in, the flag goes on as it was, for others may.
 *
 * @see https://www.w3.org/TR/trace-context-2/#sampled-flag
 */
export function idTracerProvider(): TracerProvider {
  const random = new RandomHex()
  const tracer = sayIdsAlone(tracerOf((_, __, parent) => startSpan(random, parent)))
  return { getTracer: () => tracer }
}

/** All random: that an id is zero, and so none, does not happen in the life of a star. */
function startSpan(random: RandomHex, parent: SpanContext | undefined): Span {
  const spanId = random.next(8)
  return trace.wrapSpanContext(
    parent === undefined
      ? new Ids(random.next(16), spanId, TraceFlags.NONE)
      : new Ids(parent.traceId, spanId, parent.traceFlags, parent.traceState),
  )
}

/** Of a class: V8 may put what comes of a literal, one for each request, among what lives long. */
class Ids implements SpanContext {
  readonly traceId: string
  readonly spanId: string
  readonly traceFlags: number
  declare readonly traceState?: TraceState

  constructor(traceId: string, spanId: string, traceFlags: number, traceState?: TraceState) {
    this.traceId = traceId
    this.spanId = spanId
    this.traceFlags = traceFlags
    if (traceState !== undefined) this.traceState = traceState
  }
}
