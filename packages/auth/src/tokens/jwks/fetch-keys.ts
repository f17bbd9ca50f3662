import { type RequestRules, timedRequest } from '../../timed-request.js'
import { parseStrictObject } from '../jws/strict-json.js'
import { boundedBody } from './bounded-body.js'

export interface FetchRules extends RequestRules {
  readonly url: string
}

export interface FetchedKeys {
  /** `undefined` where they have not changed. */
  readonly keys: readonly unknown[] | undefined
  readonly etag: string | null
  readonly cacheControl: string | null
}

const MOST_BYTES = 65_536
const MOST_KEYS = 64
/** What editors put before UTF-8, and `Response.json()` passes over. RFC 8259, section 8.1. */
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

/**
 * Fetches a JWK set once, within the limits: no redirect is followed, for it would go where nobody has said to, and what is too
 * slow, too long or no set is an error.
 */
export async function fetchKeys(rules: FetchRules, etag: string | null): Promise<FetchedKeys> {
  const { timeout, clock } = rules
  const tooSlow = () => new Error(`No answer within ${timeout} ms.`)
  return timedRequest({ clock, timeout, name: 'fetch of a JWK set', tooSlow }, (signal) =>
    request(rules, etag, signal),
  )
}

async function request(
  { url, fetch }: FetchRules,
  etag: string | null,
  signal: AbortSignal,
): Promise<FetchedKeys> {
  const headers = {
    accept: 'application/jwk-set+json, application/json',
    ...(etag !== null && { 'if-none-match': etag }),
  }
  // As a function alone: that of a browser or worker refuses to be a method of something else.
  const response = await fetch(url, { headers, redirect: 'manual', signal })
  const cacheControl = response.headers.get('cache-control')
  if (response.status === 304 && etag !== null) return { keys: undefined, etag, cacheControl }
  if (response.status !== 200) throw new Error(`The answer has the status ${response.status}.`)
  const body = await boundedBody(response, MOST_BYTES)
  if (body === undefined) throw new Error(`The answer has more than ${MOST_BYTES} bytes.`)
  return { keys: keysOf(body), etag: response.headers.get('etag'), cacheControl }
}

function keysOf(body: Uint8Array): readonly unknown[] {
  const isMarked = BYTE_ORDER_MARK.every((byte, index) => body[index] === byte)
  const keys = parseStrictObject(isMarked ? body.subarray(BYTE_ORDER_MARK.length) : body)?.['keys']
  if (!Array.isArray(keys)) throw new Error('The answer is no JWK set.')
  if (keys.length > MOST_KEYS) throw new Error(`The answer has more than ${MOST_KEYS} keys.`)
  return keys
}
