import type { ContextIds } from './context-ids.js'

/** The last seven bytes of a trace id are random (W3C Trace Context level 2). */
const RANDOM_DIGITS = 14
const RANDOM_RANGE = 2 ** 56

/**
 * Whether the request belongs to the share: the same answer for all lines of a trace, in all services that ask with the same
 * ratio, and whoever is in a small share is in a larger one too. Without a trace the correlation id decides; without either
 * nothing is in.
 *
 * @see OpenTelemetry specification, "TraceState: Probability Sampling", whose rejection threshold this is.
 */
export function isSampled({ traceId, correlationId }: ContextIds, ratio: number): boolean {
  if (traceId !== undefined) {
    return Number.parseInt(traceId.slice(-RANDOM_DIGITS), 16) >= (1 - ratio) * RANDOM_RANGE
  }
  return correlationId !== undefined && hash(correlationId) >= (1 - ratio) * 2 ** 32
}

/** FNV-1a over UTF-16 units, and the finish of murmur3, for ids that differ in their last digit alone. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
