import { requireNodeCrypto } from '../tokens/keys/node-crypto.js'
import type { StoredApiKey, StoredApiKeySecret } from './api-key-store.js'

/** What is stored of a key: the SHA-256 of its text, as base64url. */
export function hashOfKey(text: string): string {
  return requireNodeCrypto('createApiKeys').createHash('sha256').update(text).digest('base64url')
}

/** The secret of a key that a hash is of, the latest where a rotation was sent twice. All are compared, in constant time. */
export function secretOf({ secrets }: StoredApiKey, hash: string): StoredApiKeySecret | undefined {
  const { timingSafeEqual } = requireNodeCrypto('createApiKeys')
  const presented = Buffer.from(hash)
  let found: StoredApiKeySecret | undefined
  for (const secret of secrets) {
    const stored = Buffer.from(secret.hash)
    if (stored.length === presented.length && timingSafeEqual(stored, presented)) found ??= secret
  }
  return found
}
