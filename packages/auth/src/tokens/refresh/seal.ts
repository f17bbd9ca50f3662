import type { webcrypto } from 'node:crypto'
import { decodeBase64Url, encodeBase64Url } from '@base/core/codec'
import type { OpaqueToken } from '../opaque/opaque-token.js'

/**
 * Who lost the answer to a rotation presents the parent again and must get the same child, on whatever node it asks, while
 * nobody who reads the store may learn the child. So the child is stored encrypted under a key that only who has the parent
 * itself can make: HKDF-SHA-256 (RFC 5869) of the parent's text, then AES-256-GCM with a random nonce. The store has the
 * parent's hash alone, out of which the key does not follow; that hash is authenticated with the child, so that a sealed child
 * cannot be moved to another parent.
 */
const INFO = new TextEncoder().encode('@base/auth refresh successor 1')
const NONCE_BYTES = 12
const TAG_BITS = 128

/** Encrypts a child for who has its parent. */
export async function seal(child: OpaqueToken, parent: OpaqueToken): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const text = new TextEncoder().encode(child.text)
  const encrypted = await crypto.subtle.encrypt(cipher(iv, parent), await keyOf(parent, 'encrypt'), text)
  const bytes = new Uint8Array(NONCE_BYTES + encrypted.byteLength)
  bytes.set(iv)
  bytes.set(new Uint8Array(encrypted), NONCE_BYTES)
  return encodeBase64Url(bytes)
}

/** The text of the child that {@link seal} encrypted. Rejects where it was another parent's, or was changed. */
export async function unseal(sealed: string, parent: OpaqueToken): Promise<string> {
  const bytes = decodeBase64Url(sealed)
  const iv = bytes.subarray(0, NONCE_BYTES)
  const key = await keyOf(parent, 'decrypt')
  const text = await crypto.subtle.decrypt(cipher(iv, parent), key, bytes.subarray(NONCE_BYTES))
  return new TextDecoder().decode(text)
}

function cipher(iv: Uint8Array<ArrayBuffer>, { hash }: OpaqueToken) {
  return { name: 'AES-GCM', iv, tagLength: TAG_BITS, additionalData: new TextEncoder().encode(hash) }
}

async function keyOf(
  { text, handle }: OpaqueToken,
  usage: 'encrypt' | 'decrypt',
): Promise<webcrypto.CryptoKey> {
  const encoder = new TextEncoder()
  const material = await crypto.subtle.importKey('raw', encoder.encode(text), 'HKDF', false, ['deriveKey'])
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: encoder.encode(handle), info: INFO }
  return crypto.subtle.deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, false, [usage])
}
