import { type Algorithm, isSymmetric, LEAST_SECRET, toAlgorithm } from './algorithm.js'
import { byteLength, decodeCanonical, isBase64url } from './base64url.js'
import type { JsonWebKey } from './json-web-key.js'
import { isKid } from './kid.js'
import { isRocaWeak } from './roca.js'

/** What of a JWK is used: the members that make the key, and none that was found beside them. */
export interface UsableKey {
  readonly kid: string | undefined
  readonly algorithms: readonly Algorithm[]
  readonly material: JsonWebKey
}

/**
 * The usable part of a JWK, or why there is none, in a few words. The parts that jose leaves open are checked here: one
 * algorithm a key, canonical members, lengths, exponents, keys of a generator that is broken.
 *
 * @see RFC 7517, section 4; RFC 7518, section 6; RFC 8037, section 2
 */
export function usableKey(jwk: unknown): UsableKey | string {
  if (typeof jwk !== 'object' || jwk === null) return 'it is no object'
  const key = jwk as JsonWebKey
  const problem = purposeProblem(key)
  if (problem !== undefined) return problem
  const read = FAMILIES.get(key.kty)
  if (read === undefined) return 'its kty is not supported'
  const found = read(key)
  if (typeof found === 'string') return found
  const algorithms = algorithmsOf(key, found.algorithms)
  return algorithms === undefined ? 'its alg does not fit it' : { kid: key.kid, ...found, algorithms }
}

function purposeProblem({ use, key_ops, kid }: JsonWebKey): string | undefined {
  if (kid !== undefined && !isKid(kid)) return 'its kid is no short text'
  if (use !== undefined && use !== 'sig') return 'its use is not sig'
  if (key_ops === undefined) return undefined
  return Array.isArray(key_ops) && key_ops.includes('verify') ? undefined : 'its key_ops have no verify'
}

/**
 * Whether a key says that it is for something else than signatures: then it is not meant where one of the same name is looked for
 * to verify. RFC 7517, sections 4.2 and 4.3.
 */
export function isForElse({ use, key_ops }: JsonWebKey): boolean {
  return (typeof use === 'string' && use !== 'sig') || (Array.isArray(key_ops) && !key_ops.includes('verify'))
}

/** What its family allows, or the one that the key names. */
function algorithmsOf({ alg }: JsonWebKey, family: readonly Algorithm[]): readonly Algorithm[] | undefined {
  if (alg === undefined) return family
  const named = toAlgorithm(alg)
  return named !== undefined && family.includes(named) ? [named] : undefined
}

type Found = Pick<UsableKey, 'algorithms' | 'material'>

const FAMILIES: ReadonlyMap<unknown, (key: JsonWebKey) => Found | string> = new Map([
  ['RSA', rsa],
  ['EC', ec],
  ['OKP', okp],
  ['oct', oct],
])

const LEAST_MODULUS = 2048
/** A longer one only costs time, which whoever publishes it would spend for us. */
const MOST_MODULUS = 8192
const MOST_EXPONENT = 2n ** 32n

function rsa({ n, e }: JsonWebKey): Found | string {
  if (!isBase64url(n) || !isBase64url(e) || byteLength(n) > MOST_MODULUS / 8 || byteLength(e) > 8) {
    return 'its n or e is missing or malformed'
  }
  const modulus = toInteger(n)
  const bits = modulus.toString(2).length
  if (bits < LEAST_MODULUS) return `its modulus has less than ${LEAST_MODULUS} bits`
  const exponent = toInteger(e)
  if (exponent < 3n || exponent > MOST_EXPONENT || exponent % 2n === 0n) return 'its exponent is not safe'
  if (isRocaWeak(modulus)) return 'it can be factored (ROCA)'
  return { algorithms: ['RS256', 'PS256'], material: { kty: 'RSA', n, e } }
}

const COORDINATE = 32

function ec({ crv, x, y }: JsonWebKey): Found | string {
  if (crv !== 'P-256') return 'its curve is not P-256'
  if (!isCoordinate(x) || !isCoordinate(y)) return 'its x or y is missing or malformed'
  return { algorithms: ['ES256'], material: { kty: 'EC', crv, x, y } }
}

function okp({ crv, x }: JsonWebKey): Found | string {
  if (crv !== 'Ed25519') return 'its curve is not Ed25519'
  if (!isCoordinate(x)) return 'its x is missing or malformed'
  return { algorithms: ['EdDSA'], material: { kty: 'OKP', crv, x } }
}

function oct({ alg, k }: JsonWebKey): Found | string {
  const algorithm = toAlgorithm(alg)
  if (algorithm === undefined || !isSymmetric(algorithm)) return 'a secret must say its HS algorithm'
  if (!isBase64url(k)) return 'its k is missing or malformed'
  const least = LEAST_SECRET[algorithm]
  if (byteLength(k) < least) return `its secret has less than ${least} bytes`
  return { algorithms: [algorithm], material: { kty: 'oct', k } }
}

function isCoordinate(value: unknown): value is string {
  return isBase64url(value) && byteLength(value) === COORDINATE
}

function toInteger(base64url: string): bigint {
  let hex = '0x'
  for (const byte of decodeCanonical(base64url)) hex += byte.toString(16).padStart(2, '0')
  return BigInt(hex)
}
