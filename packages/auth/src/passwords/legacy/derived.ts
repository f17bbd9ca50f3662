import { type NodeCrypto, requireNodeCrypto } from '../../tokens/keys/node-crypto.js'
import type { LegacyVerifier } from './legacy-verifier.js'

/** Fewer bytes of a tag prove too little. */
const LEAST_TAG = 16
const MOST_TAG = 128
const MOST_SALT = 64

/** What a stored text holds, beside what it cost. */
export interface SaltAndTag {
  readonly salt: Uint8Array
  readonly tag: Uint8Array
}

/** Is given what a slow function has derived. */
export type Done = (error: Error | null, bytes: Uint8Array) => void

/** Verifies texts that hold a tag, by deriving it again and comparing in constant time. */
export function derivedVerifier<R extends SaltAndTag>(
  id: string,
  parse: (stored: string) => R | undefined,
  derive: (node: NodeCrypto, password: string, record: R, done: Done) => void,
): LegacyVerifier {
  return {
    id,
    recognises: (stored) => parse(stored) !== undefined,
    verify: async (password, stored) => {
      const record = parse(stored)
      if (record === undefined) return false
      const node = requireNodeCrypto(id)
      const bytes = await new Promise<Uint8Array>((resolve, reject) => {
        derive(node, password, record, (error, derived) => (error ? reject(error) : resolve(derived)))
      })
      return node.timingSafeEqual(bytes, record.tag)
    },
  }
}

/** Salt and tag, if both could be read and have a length that is used. */
export function saltAndTag(
  salt: Uint8Array | undefined,
  tag: Uint8Array | undefined,
): SaltAndTag | undefined {
  if (salt === undefined || tag === undefined) return undefined
  const fits = salt.length <= MOST_SALT && tag.length >= LEAST_TAG && tag.length <= MOST_TAG
  return fits ? { salt, tag } : undefined
}
