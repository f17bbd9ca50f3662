import type { CryptoKey } from 'jose'
import type { Algorithm } from '../keys/algorithm.js'
import { decodeCanonical } from '../keys/base64url.js'

/** How WebCrypto is asked for an algorithm, and what its key must be. */
interface Parameters {
  readonly name: string
  readonly hash?: string
  readonly namedCurve?: string
  readonly saltLength?: number
}

/** RFC 7518, section 3.1; RFC 8037, section 3.1. */
const PARAMETERS: Readonly<Record<Algorithm, Parameters>> = {
  HS256: { name: 'HMAC', hash: 'SHA-256' },
  HS384: { name: 'HMAC', hash: 'SHA-384' },
  HS512: { name: 'HMAC', hash: 'SHA-512' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 },
  ES256: { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' },
  EdDSA: { name: 'Ed25519' },
}

const LEAST_MODULUS = 2048
const encoder: InstanceType<typeof TextEncoder> = /* @__PURE__ */ new TextEncoder()

/**
 * Whether the signature of a token in canonical form is good. Rejects for a key that is for something else.
 *
 * The same question to WebCrypto as jose asks, and the same look at the key, without what jose has to do for a token of which it
 * knows nothing: to read its header once more, and to decode its payload. Its answers are compared with jose's in a test.
 */
export async function isSigned(token: string, algorithm: Algorithm, key: CryptoKey): Promise<boolean> {
  const parameters = PARAMETERS[algorithm]
  if (!isFor(key, parameters)) throw new TypeError(`The key is not for ${algorithm}.`)
  const end = token.lastIndexOf('.')
  const signature = decodeCanonical(token.slice(end + 1))
  return crypto.subtle.verify(parameters, key, signature, encoder.encode(token.slice(0, end)))
}

/** What a key of WebCrypto says about itself. Its hash, curve and length are its own, whatever a caller asks for. */
interface KeyFacts {
  readonly name: string
  readonly hash?: { readonly name: string }
  readonly namedCurve?: string
  readonly modulusLength?: number
}

function isFor({ algorithm, usages }: CryptoKey, { name, hash, namedCurve }: Parameters): boolean {
  const facts: KeyFacts = algorithm
  return (
    facts.name === name &&
    usages.includes('verify') &&
    facts.namedCurve === namedCurve &&
    (facts.hash === undefined || facts.hash.name === hash) &&
    (facts.modulusLength === undefined || facts.modulusLength >= LEAST_MODULUS)
  )
}
