import { isAppError } from '@base/core/errors'
import { read } from '../policy/read.js'

const SECONDS = /^\d+$/
/** `Date.parse` alone takes almost any text for a date. */
const HTTP_DATE = /^[A-Z][a-z]+, .+ GMT$/
/** The oldest form, of C's `asctime`, which does not say that it is in GMT. */
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/

/**
 * What an outcome says of when to come again, in milliseconds, 0 where it does not: the `retryAfter` of an error of ours,
 * or the Retry-After header of a response, or of an error's response, in seconds or as a date. What cannot be read says
 * nothing.
 *
 * @see RFC 9110, sections 10.2.3 and 5.6.7 (the three forms of a date)
 */
export function retryAfterOf(outcome: unknown, now: number): number {
  return read(() => hintOf(outcome, now), 0)
}

function hintOf(outcome: unknown, now: number): number {
  if (typeof outcome !== 'object' || outcome === null) return 0
  const { retryAfter, response } = outcome as { retryAfter?: unknown; response?: unknown }
  if (isAppError(outcome)) return positive(retryAfter)
  const header = headerOf(outcome) ?? headerOf(response)
  if (header === undefined) return positive(retryAfter)
  if (SECONDS.test(header)) return Math.min(Number(header) * 1_000, Number.MAX_SAFE_INTEGER)
  const date = dateOf(header)
  return date === undefined ? 0 : positive(date - now)
}

function dateOf(header: string): number | undefined {
  if (HTTP_DATE.test(header)) return Date.parse(header)
  return ASCTIME_DATE.test(header) ? Date.parse(`${header} GMT`) : undefined
}

/** Of what `fetch` gives, and of clients that keep headers in a plain object. */
function headerOf(message: unknown): string | undefined {
  const headers = (message as { headers?: unknown } | null | undefined)?.headers
  if (typeof headers !== 'object' || headers === null) return undefined
  const header: unknown =
    'get' in headers && typeof headers.get === 'function'
      ? headers.get('retry-after')
      : (headers as Record<string, unknown>)['retry-after']
  return typeof header === 'string' ? header.trim() : undefined
}

function positive(milliseconds: unknown): number {
  if (typeof milliseconds !== 'number' || !(milliseconds > 0)) return 0
  return Math.min(Math.ceil(milliseconds), Number.MAX_SAFE_INTEGER)
}
