import { invalidOption, type OptionPlace } from '@base/core/options'
import { parseUrl } from '../web-address.js'

const LONGEST = 2_048
/** An origin that no page has, to resolve against. */
const NOWHERE = 'https://return-to.invalid'
/** How often somebody behind us may decode a path once more. */
const MOST_DECODINGS = 5
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/
/** One character in escapes of UTF-8: a byte that others must follow takes none along that do not. */
const ESCAPED =
  /%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[\da-f](?:%[89ab][\da-f]){3}/gi
/** What is no escape, and yet some take for one of a narrow character: UTF-8 that is too long, and that of `unescape`. */
const FALSE_ESCAPE = /%(?:c[01]|e0%[89]|f0%8|u[\da-f]{4})/i

/**
 * The path to send a browser to after a sign-in, if it leads to your own site; otherwise the fallback. For what comes out of a
 * request, where anybody may have put it.
 *
 * Safe is a path with one `/` at its beginning, with query and fragment, of at most 2,048 characters. Refused is what a
 * browser, or somebody who decodes the path once more, could take for another site or a second header: another scheme or host,
 * `//`, a backslash, control characters, also where they are percent-encoded in the path, or come about by `.` and `..`; and an
 * escape that is broken. A percent sign that is encoded (`%25`) is none.
 *
 * @returns The path in the form in which a browser sends it, percent-encoded, without `.` and `..`.
 *
 * @example
 * safeReturnTo('/orders?page=2') // '/orders?page=2'
 * safeReturnTo('//evil.example') // '/'
 *
 * @see OWASP ASVS 5.0, 3.7.2; CWE-601
 */
export function safeReturnTo(value: unknown, fallback = '/'): string {
  return readReturnTo(value) ?? fallback
}

/** @throws InvalidOptionError where it is not safe. */
export function checkReturnTo(value: unknown, place: OptionPlace): string {
  const path = readReturnTo(value)
  if (path !== undefined) return path
  throw invalidOption(value, place, "a path of this site, with one '/' at its beginning")
}

function readReturnTo(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > LONGEST) return undefined
  if (!value.startsWith('/') || value.includes('\\') || CONTROL.test(value)) return undefined
  const url = parseUrl(value, NOWHERE)
  if (url?.origin !== NOWHERE || !isOwnPath(url.pathname)) return undefined
  return url.pathname + url.search + url.hash
}

/** Whether a path stays one, however often it is decoded, in each form that somebody may read it in. */
function isOwnPath(path: string): boolean {
  const once = decoded(path)
  if (once === undefined || !isSafe(path)) return false
  let forms: readonly string[] = [once]
  for (let count = 1; count < MOST_DECODINGS; count++) {
    // Some take full-width characters for the narrow ones. That joins letters and marks too, such as those of an escape.
    const read = new Set(forms.flatMap((form) => [form, form.normalize('NFKC')]))
    if (![...read].every(isSafe)) return false
    forms = [...read].map(decodedFurther)
    if (forms.every((form) => read.has(form))) return true
  }
  return false
}

function isSafe(path: string): boolean {
  return !path.includes('\\') && !CONTROL.test(path) && !FALSE_ESCAPE.test(path) && !leavesSite(path)
}

/** Dots that were encoded may leave two slashes at the beginning when they are resolved. */
function leavesSite(path: string): boolean {
  const url = parseUrl(path, NOWHERE)
  return url?.origin !== NOWHERE || path.startsWith('//') || url.pathname.startsWith('//')
}

/** A percent sign that was encoded stands alone now, which is no escape: it stays, as whoever decodes it leaves it. */
function decodedFurther(path: string): string {
  return path.replace(ESCAPED, (escaped) => decoded(escaped) ?? escaped)
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}
