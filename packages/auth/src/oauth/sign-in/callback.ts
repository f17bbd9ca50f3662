import { parseUrl } from '../../web-address.js'

/** What the provider sent the browser back with. */
export interface Callback {
  readonly path: string
  readonly parameters: URLSearchParams
  /** The first; a second one is refused when all are checked. */
  readonly state: string
}

const LONGEST = 16_384
const STATE = /^[A-Za-z0-9_-]{43}$/
/** For a path and query alone. */
const ANYWHERE = 'https://callback.invalid'

/** Reads a request's URL; `undefined` where it cannot be the end of a sign-in. */
export function readCallback(url: unknown): Callback | undefined {
  const text = url instanceof URL ? url.href : url
  if (typeof text !== 'string' || text.length > LONGEST) return undefined
  const parsed = parseUrl(text, ANYWHERE)
  const state = parsed?.searchParams.get('state')
  if (parsed === undefined || !STATE.test(state ?? '')) return undefined
  return { path: parsed.pathname, parameters: parsed.searchParams, state: state as string }
}
