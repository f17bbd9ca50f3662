import { requireNodeCrypto } from '../../tokens/keys/node-crypto.js'

/** Bytes that a slow function has derived from a password, compared in constant time. */
export async function isDerived(
  pattern: string,
  expected: Uint8Array,
  derive: (done: (error: Error | null, bytes: Uint8Array) => void) => void,
): Promise<boolean> {
  const { timingSafeEqual } = requireNodeCrypto(pattern)
  const bytes = await new Promise<Uint8Array>((resolve, reject) => {
    derive((error, derived) => (error ? reject(error) : resolve(derived)))
  })
  return bytes.length === expected.length && timingSafeEqual(bytes, expected)
}

/** Fewer bytes of a tag prove too little. */
const LEAST_TAG = 16
const MOST_TAG = 128
const MOST_SALT = 64

/** Salt and tag, if both could be read and have a length that is used. */
export function saltAndTag(
  salt: Uint8Array | undefined,
  tag: Uint8Array | undefined,
): { readonly salt: Uint8Array; readonly tag: Uint8Array } | undefined {
  if (salt === undefined || tag === undefined) return undefined
  const fits = salt.length <= MOST_SALT && tag.length >= LEAST_TAG && tag.length <= MOST_TAG
  return fits ? { salt, tag } : undefined
}
