import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'

/** The request, and where it has one its span, as lines name them. */
export interface RequestIds {
  readonly correlationId: string
  readonly trace_id?: string
  readonly span_id?: string
  readonly trace_flags?: string
}

/** What all that is done for a request has in common. */
export interface RequestScope {
  /** In each of its lines. */
  readonly ids: RequestIds
  readonly span: Span
  /** Writes the lines that are below the level, from the oldest. */
  readonly kept: (() => void)[]
}

export const requestScope = new AsyncLocalStorage<RequestScope | undefined>()

/** What the spans of a request are made in; they begin traces of their own where there is none. */
export function traceOf(scope: RequestScope | undefined): Context {
  return scope === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, scope.span)
}
