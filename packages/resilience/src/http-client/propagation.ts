import { type ContextKey, correlationId, createContextKey } from '@base/core/context'

/** The trace that the code runs in, as it travels in headers. */
export interface TraceContext {
  /** `00-<trace id>-<span id>-<flags>`. */
  readonly traceparent: string
  /** What vendors add. */
  readonly tracestate?: string | undefined
}

/**
 * The trace that calls belong to, where no instrumentation of `fetch` sends it on by itself.
 *
 * @see W3C Trace Context
 */
export const traceContext: ContextKey<TraceContext> = /* @__PURE__ */ createContextKey('traceContext')

/** What a header may hold without being misread: visible ASCII, and no more than is reasonable. */
const SAFE = /^[\x21-\x7e](?:[\x20-\x7e]{0,510}[\x21-\x7e])?$/

/** Adds what is in context, unless the caller has said it. What no header can hold is left out. */
export function propagate(headers: Headers, correlationHeader: string | undefined): void {
  if (correlationHeader !== undefined) add(headers, correlationHeader, correlationId.get())
  const trace = traceContext.get()
  // The state belongs to its parent, and alone means nothing.
  if (trace === undefined || headers.has('traceparent')) return
  add(headers, 'traceparent', trace.traceparent)
  if (headers.has('traceparent')) add(headers, 'tracestate', trace.tracestate)
}

function add(headers: Headers, name: string, value: unknown): void {
  if (typeof value === 'string' && SAFE.test(value) && !headers.has(name)) headers.set(name, value)
}
