import { encodeBase64Url } from '@base/core/codec'
import { checkOptions, invalidOption } from '@base/core/options'
import { isSecret, type Secret } from '@base/core/secret'
import { kindOfSecret } from '../../kind-of-secret.js'
import { placeOf } from '../../place.js'
import { checkAlgorithm, isSymmetric, LEAST_SECRET, type SymmetricAlgorithm } from './algorithm.js'
import { checkKid } from './kid.js'
import { type NodeCrypto, requireNodeCrypto } from './node-crypto.js'
import { ownThumbprint } from './own-thumbprint.js'
import { OwnKey, type TokenKey } from './token-key.js'
import { importSecret } from './web-keys.js'

/** Options of {@link hmacKey}. */
export interface HmacKeyOptions {
  /** How it signs. @defaultValue 'HS256' */
  readonly algorithm?: SymmetricAlgorithm | undefined
  /** Its name, 1 to 128 printable ASCII characters. @defaultValue its RFC 7638 thumbprint */
  readonly kid?: string | undefined
}

const place = /* @__PURE__ */ placeOf('hmacKey')

/**
 * A shared secret that signs and verifies. Who verifies can also sign, so use it only where one service does both; a text is
 * taken as its UTF-8 bytes.
 *
 * It must have at least as many bytes as its hash: 32, 48, 64 for HS256, HS384, HS512 (RFC 7518, section 3.2). What looks like
 * a PEM, a public key of SSH, a JWK or the DER form of an asymmetric key or its certificate, in Base64 too, is refused: such a
 * key is public, or is to become so.
 *
 * @example
 * const key = hmacKey(secretOfTheService) // 32 random bytes: openssl rand -base64 32
 *
 * @throws InvalidOptionError, which never shows the secret.
 */
export function hmacKey(
  secret: string | Uint8Array | Secret<string | Uint8Array>,
  options: HmacKeyOptions = {},
): TokenKey {
  const { kid, algorithm: wanted = 'HS256' } = checkOptions(options, place('options'))
  const algorithm = checkAlgorithm(wanted, place('algorithm'))
  if (!isSymmetric(algorithm)) {
    throw invalidOption(algorithm, place('algorithm'), 'one of "HS256", "HS384", "HS512"')
  }
  const node = requireNodeCrypto('hmacKey')
  const bytes = checkSecret(isSecret(secret) ? secret.reveal() : secret, algorithm, node)
  const thumbprint = ownThumbprint({ kty: 'oct', k: encodeBase64Url(bytes) }, node)
  return new OwnKey({
    kid: checkKid(kid, place('kid')) ?? thumbprint,
    algorithm,
    thumbprint,
    load: () => importSecret(bytes, algorithm),
    loadSigning: () => importSecret(bytes, algorithm),
  })
}

/** A copy, so that nobody changes it later. */
function checkSecret(secret: unknown, algorithm: SymmetricAlgorithm, node: NodeCrypto): Uint8Array {
  const bytes = bytesOf(secret)
  if (bytes === undefined) throw invalidOption(kindOfSecret(secret), place('secret'), 'a text or bytes')
  if (isAsymmetric(bytes, node)) {
    throw invalidOption('an asymmetric key', place('secret'), 'a shared secret')
  }
  const least = LEAST_SECRET[algorithm]
  if (bytes.length < least) {
    throw invalidOption(bytes.length, place('secret'), `at least ${least} bytes for ${algorithm}`)
  }
  return bytes
}

function bytesOf(secret: unknown): Uint8Array | undefined {
  if (typeof secret === 'string') return new TextEncoder().encode(secret)
  return secret instanceof Uint8Array ? Uint8Array.from(secret) : undefined
}

/** A public key as the secret would let everybody sign: CVE-2016-10555, CVE-2022-29217, CVE-2023-48223, CVE-2026-34950. */
function isAsymmetric(bytes: Uint8Array, node: NodeCrypto): boolean {
  // Also in Base64: as the body of a PEM alone, which is how some providers show their key, or all of it for a variable of one line.
  const inner = Buffer.from(new TextDecoder().decode(bytes), 'base64')
  return [Buffer.from(bytes), inner].some((form) => isKeyText(form) || isDer(form, node))
}

function isKeyText(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes)
  const isNamed = /---- ?BEGIN|^\s*(?:sk-)?(?:ssh|ecdsa-sha2)-/.test(text)
  return isNamed || /"kty"\s*:\s*"(?!oct")/.test(text)
}

function isDer(key: Buffer, node: NodeCrypto): boolean {
  // A sequence, as every DER form of a key and of its certificate is; the rest of the cost is for those alone.
  if (key[0] !== 0x30) return false
  const forms = [
    () => node.createPublicKey({ key, format: 'der', type: 'spki' }),
    () => node.createPublicKey({ key, format: 'der', type: 'pkcs1' }),
    () => node.createPrivateKey({ key, format: 'der', type: 'pkcs8' }),
    () => node.createPrivateKey({ key, format: 'der', type: 'pkcs1' }),
    () => node.createPrivateKey({ key, format: 'der', type: 'sec1' }),
    () => new node.X509Certificate(key),
  ]
  return forms.some(reads)
}

function reads(form: () => unknown): boolean {
  try {
    form()
    return true
  } catch {
    return false
  }
}
