import { type LocalKey, localKeys } from '@base/auth/field-encryption'

/** A key for this machine alone: it stands in the source, and so is known to all. */
const KNOWN_KEYS = `known:${Buffer.alloc(32, 'known to all ').toString('base64url')}`

/**
 * Reads `id:key` and more of them after commas; each key is 32 bytes in base64url. The first encrypts, all decrypt.
 *
 * @throws InvalidOptionError for what is none, without saying what it was.
 */
export function readFieldKeys(text: string = KNOWN_KEYS): ReturnType<typeof localKeys> {
  return localKeys(text.split(',').map(readKey))
}

function readKey(text: string, index: number): LocalKey {
  const [id = '', key = ''] = text.trim().split(':')
  return {
    id,
    key: Uint8Array.from(Buffer.from(key, 'base64url')),
    state: index === 0 ? 'primary' : 'enabled',
  }
}
