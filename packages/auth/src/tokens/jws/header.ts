import { type Algorithm, toAlgorithm } from '../keys/algorithm.js'
import { decodeCanonical } from '../keys/base64url.js'
import { isKid } from '../keys/kid.js'
import { parseStrictObject } from './strict-json.js'

/** The header of a token, of which nothing is trusted. Frozen. */
export interface JwsHeader {
  /** How it says that it is signed. */
  readonly alg: string
  /** The name of the key. */
  readonly kid?: string
  /** What it is. */
  readonly typ?: string
  /** Any other member. Keys in it (`jwk`, `jku`, `x5c`, `x5u`) are never used. */
  readonly [member: string]: unknown
}

export interface ReadHeader {
  readonly header: JwsHeader
  /** `undefined` for one that we do not know. */
  readonly algorithm: Algorithm | undefined
}

/** Reads a header, or says in a few words why it is refused. */
export function readHeader(encoded: string): ReadHeader | string {
  const header = parseStrictObject(decodeCanonical(encoded))
  if (header === undefined) return 'the header is no JSON object, or has a name twice'
  const { alg, kid, typ } = header
  if (typeof alg !== 'string') return 'the header has no alg'
  if (kid !== undefined && !isKid(kid)) return 'the kid is not 1 to 128 printable ASCII characters'
  if (typ !== undefined && typeof typ !== 'string') return 'the typ is no text'
  // We know no extension, so that none may be critical; the payload is always encoded, never compressed.
  if (Object.hasOwn(header, 'crit')) return 'the header has critical extensions'
  if (Object.hasOwn(header, 'zip')) return 'the payload is compressed'
  if (Object.hasOwn(header, 'b64') && header['b64'] !== true) return 'the payload is not encoded'
  return { header: header as JwsHeader, algorithm: toAlgorithm(alg) }
}
