import { decodeBase64Url, encodeBase64Url } from '@base/core/codec'
import { hashText } from '../../tokens/opaque/opaque-token.js'

/** What of a sign-in is needed on the way back. */
export interface Transaction {
  /** Which client of which provider began it. */
  readonly client: string
  readonly redirectUri: string
  readonly returnTo: string
  readonly verifier: string
  readonly nonce: string
  /** The oldest sign-in at the provider that is enough, in seconds. */
  readonly maxAge: number | undefined
}

/** What names a transaction: what the browser keeps, and what the provider sends back. Both are needed to find it. */
export interface TransactionKey {
  /** A secret of the browser that began it. */
  readonly transactionId: string
  readonly state: string
}

/** A transaction as a store gets it. */
export interface SealedTransaction {
  readonly key: string
  readonly text: string
}

/**
 * A store must not be able to finish a sign-in. So a transaction is encrypted under a key that only who has the transaction id
 * can make: HKDF-SHA-256 (RFC 5869) of the id with the state as salt, then AES-256-GCM with a random nonce. The store has a hash
 * of both, out of which the key does not follow; it is authenticated, so that a row cannot be moved.
 */
const INFO = new TextEncoder().encode('@base/auth oauth transaction 1')
const NONCE_BYTES = 12
const TAG_BITS = 128

/** Encrypts a transaction. */
export async function seal(names: TransactionKey, transaction: Transaction): Promise<SealedTransaction> {
  const key = await rowKey(names)
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const text = new TextEncoder().encode(JSON.stringify(transaction))
  const encrypted = await crypto.subtle.encrypt(cipher(iv, key), await secretOf(names, 'encrypt'), text)
  const bytes = new Uint8Array(NONCE_BYTES + encrypted.byteLength)
  bytes.set(iv)
  bytes.set(new Uint8Array(encrypted), NONCE_BYTES)
  return { key, text: encodeBase64Url(bytes) }
}

/** The transaction that {@link seal} encrypted. Rejects where it is another's, or was changed. */
export async function unseal(names: TransactionKey, text: string): Promise<Transaction> {
  const bytes = decodeBase64Url(text)
  const iv = bytes.subarray(0, NONCE_BYTES)
  const secret = await secretOf(names, 'decrypt')
  const algorithm = cipher(iv, await rowKey(names))
  const plain = await crypto.subtle.decrypt(algorithm, secret, bytes.subarray(NONCE_BYTES))
  return JSON.parse(new TextDecoder().decode(plain)) as Transaction
}

/** What a store finds a transaction by. */
export function rowKey({ transactionId, state }: TransactionKey): Promise<string> {
  return hashText(`${transactionId}.${state}`)
}

function cipher(iv: Uint8Array<ArrayBuffer>, key: string) {
  return { name: 'AES-GCM', iv, tagLength: TAG_BITS, additionalData: new TextEncoder().encode(key) }
}

async function secretOf({ transactionId, state }: TransactionKey, usage: 'encrypt' | 'decrypt') {
  const encoder = new TextEncoder()
  const material = await crypto.subtle.importKey('raw', encoder.encode(transactionId), 'HKDF', false, [
    'deriveKey',
  ])
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: encoder.encode(state), info: INFO }
  return crypto.subtle.deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, false, [usage])
}
