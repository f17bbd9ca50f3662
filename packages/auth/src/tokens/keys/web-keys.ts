import type { CryptoKey } from 'jose'
import { importJWK } from 'jose/key/import'
import { type Algorithm, isSymmetric, type SymmetricAlgorithm } from './algorithm.js'
import { ImportedKey } from './imported-key.js'
import type { JsonWebKey } from './json-web-key.js'
import type { VerificationKey } from './key-source.js'
import { usableKey } from './usable-key.js'

/** A key of a JWK set, or why it cannot be used. A private part, where there is one, is left behind. */
export function verificationKeyOf(jwk: unknown): VerificationKey | string {
  const usable = usableKey(jwk)
  if (typeof usable === 'string') return usable
  const { kid, algorithms, material } = usable
  // Microsoft has keys of many issuers in one set.
  const { issuer } = jwk as JsonWebKey
  return new ImportedKey(kid, algorithms, (algorithm) => importWebKey(material, algorithm), issuer)
}

/** A JWK as a key for WebCrypto that cannot be read back. */
export async function importWebKey(jwk: JsonWebKey, algorithm: Algorithm): Promise<CryptoKey> {
  const key = await importJWK(jwk as Record<string, unknown>, algorithm, { extractable: false })
  return key instanceof Uint8Array ? importSecret(key, algorithm as SymmetricAlgorithm) : key
}

/** A secret as a key for WebCrypto that cannot be read back. */
export async function importSecret(bytes: Uint8Array, algorithm: Algorithm): Promise<CryptoKey> {
  if (!isSymmetric(algorithm)) throw new TypeError(`A secret is no key for ${algorithm}.`)
  const hmac = { name: 'HMAC', hash: `SHA-${algorithm.slice(2)}` }
  return crypto.subtle.importKey('raw', bytes as Uint8Array<ArrayBuffer>, hmac, false, ['sign', 'verify'])
}
