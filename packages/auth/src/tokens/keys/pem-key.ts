import type { KeyObject } from 'node:crypto'
import { checkOptions, checkText, invalidOption } from '@base/core/options'
import { isSecret, type Secret } from '@base/core/secret'
import { placeOf } from '../../place.js'
import { type Algorithm, type AsymmetricAlgorithm, checkAlgorithm } from './algorithm.js'
import type { JsonWebKey } from './json-web-key.js'
import { checkKid } from './kid.js'
import { type NodeCrypto, requireNodeCrypto } from './node-crypto.js'
import { ownThumbprint } from './own-thumbprint.js'
import { OwnKey, type TokenKey } from './token-key.js'
import { type UsableKey, usableKey } from './usable-key.js'
import { importWebKey } from './web-keys.js'

/** Options of {@link pemKey}. */
export interface PemKeyOptions {
  /** How it signs. Required for RSA, which can do both; the others have one. */
  readonly algorithm?: AsymmetricAlgorithm | 'Ed25519' | undefined
  /** Its name, 1 to 128 printable ASCII characters: that of a foreign issuer. @defaultValue its RFC 7638 thumbprint */
  readonly kid?: string | undefined
}

const place = /* @__PURE__ */ placeOf('pemKey')

/**
 * A key from a PEM: a private one (PKCS#8, PKCS#1, SEC 1; not encrypted) signs and verifies, a public one (SPKI, PKCS#1, or
 * that of a certificate, whose dates and issuer are not looked at) verifies. P-256 signs with ES256, Ed25519 with EdDSA, RSA
 * with what `algorithm` names, from 2,048 bits.
 *
 * @example
 * const key = pemKey(readFileSync('/run/secrets/token-key.pem', 'utf8'))
 *
 * @throws InvalidOptionError for what is no such key; it never shows the key.
 */
export function pemKey(pem: string | Secret<string>, options: PemKeyOptions = {}): TokenKey {
  const { kid, algorithm: wanted } = checkOptions(options, place('options'))
  const node = requireNodeCrypto('pemKey')
  const key = readPem(isSecret(pem) ? pem.reveal() : pem, node)
  const jwk = toJwk(key)
  const { algorithms, material } = checkUsable(jwk)
  const algorithm = pickAlgorithm(algorithms, wanted)
  const thumbprint = ownThumbprint(material, node)
  return new OwnKey({
    kid: checkKid(kid, place('kid')) ?? thumbprint,
    algorithm,
    thumbprint,
    load: () => importWebKey(material, algorithm),
    ...(key.type === 'private' && { loadSigning: () => importWebKey(jwk, algorithm) }),
  })
}

function readPem(pem: unknown, node: NodeCrypto): KeyObject {
  if (typeof pem !== 'string') throw refuse(typeof pem)
  checkText(pem.trim(), place('pem'))
  try {
    return node.createPrivateKey(pem)
  } catch {
    // No private key; perhaps a public one.
  }
  try {
    return node.createPublicKey(pem)
  } catch {
    // Its error may quote what it could not read.
    throw refuse('something else')
  }
}

function toJwk(key: KeyObject): JsonWebKey {
  try {
    return key.export({ format: 'jwk' }) as JsonWebKey
  } catch {
    throw refuse(`a key of the type ${key.asymmetricKeyType}`)
  }
}

function checkUsable(jwk: JsonWebKey): UsableKey {
  const usable = usableKey(jwk)
  if (typeof usable !== 'string') return usable
  throw invalidOption(usable, place('pem'), 'the PEM of a key that is good enough')
}

function pickAlgorithm(possible: readonly Algorithm[], name: unknown): Algorithm {
  const algorithm = name === undefined ? undefined : checkAlgorithm(name, place('algorithm'))
  if (algorithm !== undefined && possible.includes(algorithm)) return algorithm
  const [only, ...others] = possible
  if (algorithm === undefined && only !== undefined && others.length === 0) return only
  throw invalidOption(name, place('algorithm'), `${possible.join(' or ')} for this key`)
}

function refuse(received: string): Error {
  return invalidOption(
    received,
    place('pem'),
    'the PEM of an RSA, P-256 or Ed25519 key that is not encrypted',
  )
}
