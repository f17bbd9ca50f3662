import type { JsonWebKey, JsonWebKeySet } from '../keys/json-web-key.js'
import { hashText } from '../opaque/opaque-token.js'

/** The public keys of a ring, ready for an HTTP response. */
export interface PublishedKeys {
  /** The JSON, with public members only. Frozen, to any depth. */
  readonly body: JsonWebKeySet
  /** A strong ETag of it, in quotation marks. */
  readonly etag: string
  /** For the header `Cache-Control`. */
  readonly cacheControl: string
  /** For the header `Content-Type`: `application/jwk-set+json`. */
  readonly contentType: string
}

const MAX_AGE = 300
const STALE = 60

/**
 * Whoever has fetched the set just before a key was added must have fetched it again when the key begins to sign: so the set may
 * be kept for less than `publishAhead`, in all.
 */
export async function publish(keys: readonly JsonWebKey[], publishAhead: number): Promise<PublishedKeys> {
  const body = Object.freeze({ keys: Object.freeze(keys.map((key) => Object.freeze(key))) })
  const maxAge = Math.min(MAX_AGE, Math.floor(publishAhead / 2_000))
  const stale = Math.min(STALE, Math.floor(publishAhead / 4_000))
  return {
    body,
    etag: `"${await hashText(JSON.stringify(body))}"`,
    cacheControl: `public, max-age=${maxAge}, stale-while-revalidate=${stale}, stale-if-error=3600`,
    contentType: 'application/jwk-set+json',
  }
}
