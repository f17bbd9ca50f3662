import { UnsupportedError } from '@base/core/errors'
import { requireNodeCrypto } from '../tokens/keys/node-crypto.js'
import { askKms, type TimedKms } from './ask-kms.js'
import type { IndexKey } from './kms-port.js'

const COLUMN_KEY = Buffer.from('@base/auth blind index 1')

/**
 * HMAC-SHA-256 of the value, under a key of the column, which is the HMAC-SHA-256 of its place under a key that is for indexes
 * alone. So two columns do not show which of their values are equal, and the place and the value cannot run into each other.
 */
export function blindIndexOf(key: IndexKey, column: Uint8Array, value: Uint8Array, bytes: number): string {
  const node = requireNodeCrypto('FieldCipher')
  const columnKey = node.createHmac('sha256', key.key).update(COLUMN_KEY).update(column).digest()
  const digest = node.createHmac('sha256', columnKey).update(value).digest()
  return digest.subarray(0, bytes).toString('base64url')
}

/** The keys for indexes, that of the primary key first; never none. */
export async function fetchIndexKeys(access: TimedKms): Promise<readonly IndexKey[]> {
  const keys = await askKms(access, async (kms) => (await kms.indexKeys?.()) ?? [])
  if (keys.length > 0) return keys
  throw new UnsupportedError({
    message: 'The keys of this cipher give none for blind indexes: implement indexKeys.',
  })
}
