import { correlationId, tenantId } from '@base/core/context'
import type { SpanContext } from '@opentelemetry/api'
import { copyOf } from '../text/copy-of.js'
import { readActiveSpan } from '../tracing/read-active-span.js'
import { MAX_KEY } from './limits.js'

/** What ties a line to a request; read anew for each line. */
export interface ContextIds {
  /** Of the request, over services. */
  readonly correlationId: string | undefined
  /** On whose behalf. */
  readonly tenantId: string | undefined
  /** Of the active span: 32 hexadecimal digits. */
  readonly traceId: string | undefined
  /** Of the active span: 16 hexadecimal digits. */
  readonly spanId: string | undefined
  readonly traceFlags: number
}

const INVALID_TRACE = '0'.repeat(32)

/** The ids that hold here, from the context of core and the active span of OpenTelemetry; long ones are cut. Never throws. */
export function contextIds(): ContextIds {
  const span = readActiveSpan(inTrace)
  return {
    correlationId: text(correlationId.get()),
    tenantId: text(tenantId.get()),
    traceId: span?.traceId,
    spanId: span?.spanId,
    traceFlags: span?.traceFlags ?? 0,
  }
}

function inTrace(span: SpanContext): SpanContext | undefined {
  return span.traceId.length === 32 && span.traceId !== INVALID_TRACE ? span : undefined
}

function text(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  return value.length > MAX_KEY ? copyOf(value.slice(0, MAX_KEY)) : value
}
