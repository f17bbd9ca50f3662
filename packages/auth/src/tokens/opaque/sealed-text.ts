import type { webcrypto } from 'node:crypto'
import { decodeBase64Url, encodeBase64Url } from '@base/core/codec'

const NONCE_BYTES = 12
const TAG_BITS = 128

/** By what a text is sealed, and can be opened again. */
export interface Seal {
  /** What only who may open it has. */
  readonly secret: string
  readonly salt: string
  /** What the text is for: nothing else is sealed with the same. */
  readonly purpose: string
  /** Authenticated with the text, so that it cannot be moved elsewhere. */
  readonly context: string
}

/** Encrypts a text under a key made of a secret: HKDF-SHA-256 (RFC 5869), then AES-256-GCM with a random nonce. */
export async function sealText(text: string, seal: Seal): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const key = await keyOf(seal, 'encrypt')
  const encrypted = await crypto.subtle.encrypt(cipher(iv, seal), key, new TextEncoder().encode(text))
  const bytes = new Uint8Array(NONCE_BYTES + encrypted.byteLength)
  bytes.set(iv)
  bytes.set(new Uint8Array(encrypted), NONCE_BYTES)
  return encodeBase64Url(bytes)
}

/** The text that {@link sealText} encrypted. Rejects where any part of the seal is another, or the text was changed. */
export async function openText(sealed: string, seal: Seal): Promise<string> {
  const bytes = decodeBase64Url(sealed)
  const iv = bytes.subarray(0, NONCE_BYTES)
  const key = await keyOf(seal, 'decrypt')
  const text = await crypto.subtle.decrypt(cipher(iv, seal), key, bytes.subarray(NONCE_BYTES))
  return new TextDecoder().decode(text)
}

function cipher(iv: Uint8Array<ArrayBuffer>, { context }: Seal) {
  return { name: 'AES-GCM', iv, tagLength: TAG_BITS, additionalData: new TextEncoder().encode(context) }
}

async function keyOf(
  { secret, salt, purpose }: Seal,
  usage: 'encrypt' | 'decrypt',
): Promise<webcrypto.CryptoKey> {
  const encoder = new TextEncoder()
  const material = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveKey'])
  const derivation = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: encoder.encode(salt),
    info: encoder.encode(purpose),
  }
  return crypto.subtle.deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, false, [usage])
}
