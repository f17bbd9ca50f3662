/** `Date.parse` alone takes almost any text for a date. */
const HTTP_DATE = /^[A-Z][a-z]+, .+ GMT$/
/** The oldest form, of C's `asctime`, which does not say that it is in GMT. */
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/

/**
 * How long a Retry-After asks to wait, in seconds or until a date, in milliseconds; 0 where it says nothing.
 *
 * @see RFC 9110, sections 10.2.3 and 5.6.7 (the three forms of a date)
 */
export function retryAfterOf(header: string | undefined, now: number): number {
  const text = header?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const date = dateOf(text)
  return date > now ? date - now : 0
}

function dateOf(text: string): number {
  if (HTTP_DATE.test(text)) return Date.parse(text)
  return ASCTIME_DATE.test(text) ? Date.parse(`${text} GMT`) : Number.NaN
}
