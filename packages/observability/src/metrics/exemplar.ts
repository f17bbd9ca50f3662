import {
  context,
  createContextKey,
  isSpanContextValid,
  ROOT_CONTEXT,
  type SpanContext,
  TraceFlags,
} from '@opentelemetry/api'
import { readActiveSpan } from '../tracing/read-active-span.js'
import type { Exemplar } from './family.js'

/** Takes measurements as exemplars, where spans can be active at all. */
export class Exemplars {
  readonly #now: () => number
  #isOn = false

  constructor(now: () => number) {
    this.#now = now
    this.look()
  }

  /** Looks whether anything carries a context, so that without a tracer no measurement has to ask. */
  look(): void {
    const key = createContextKey('@base/observability')
    const marked = ROOT_CONTEXT.setValue(key, true)
    this.#isOn = context.with(marked, () => context.active().getValue(key) === true)
  }

  /** A measurement as an exemplar, where it was taken within a span that is sampled. */
  of(value: number): Exemplar | undefined {
    const span = this.#isOn ? readActiveSpan(sampled) : undefined
    return span && { value, traceId: span.traceId, spanId: span.spanId, time: this.#now() }
  }
}

function sampled(span: SpanContext): SpanContext | undefined {
  return (span.traceFlags & TraceFlags.SAMPLED) !== 0 && isSpanContextValid(span) ? span : undefined
}
