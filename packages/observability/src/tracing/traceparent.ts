import type { SpanContext } from '@opentelemetry/api'
import { trimSpace } from './header-space.js'

/** A member of a future version may follow the flags; a comma is a second header that was joined to the first. */
const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[^,]*)?$/

const SAMPLED = 0b01
/** The trace id is random in its last seven bytes. */
export const RANDOM = 0b10
/** The flags that level 2 knows; the others are sent as zero. */
const KNOWN = SAMPLED | RANDOM

/** What a `traceparent` says; none where it is not valid, and the trace starts anew. */
export function parseTraceparent(text: string): SpanContext | undefined {
  const [, version, traceId = '', spanId = '', flags = '', rest] = FORM.exec(trimSpace(text)) ?? []
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (isZero(traceId) || isZero(spanId)) return undefined
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & KNOWN, isRemote: true }
}

/** The header of version 00, with the flags that are known and no other. */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId.toLowerCase()}-${spanId.toLowerCase()}-0${traceFlags & KNOWN}`
}

function isZero(id: string): boolean {
  return /^0+$/.test(id)
}
