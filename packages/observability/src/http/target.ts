import { invalidOption, type OptionPlace } from '@base/core/options'

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const FIELD = /^[\t\x20-\x7e]*$/

/** Whether it can be sent as a header. */
export function isHeader(name: string, value: unknown): value is string {
  return TOKEN.test(name) && typeof value === 'string' && FIELD.test(value)
}

/** Checks headers. A value may be a key, so no error shows one. */
export function checkHeaders(headers: Readonly<Record<string, unknown>>, place: OptionPlace): void {
  // Headers of the Web, and a Map, would be taken for an object of none.
  if (typeof headers !== 'object' || headers === null || Symbol.iterator in headers)
    throw invalidOption(typeof headers, place, 'an object of headers by name')
  for (const [name, value] of Object.entries(headers))
    if (!isHeader(name, value)) throw invalidOption(name, place, 'names and values of HTTP headers')
}

/** The address of a server. What is none may hold a password, so no error shows it. */
export function checkUrl(text: unknown, place: OptionPlace): URL {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return url
  throw invalidOption(typeof text, place, 'an http or https URL without credentials')
}
