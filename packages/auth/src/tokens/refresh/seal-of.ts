import type { OpaqueToken } from '../opaque/opaque-token.js'
import type { Seal } from '../opaque/sealed-text.js'

/**
 * Under what a child is sealed. Who lost the answer to a rotation presents the parent again and must get the same child, on
 * whatever node it asks, while nobody who reads the store may learn the child. So the key is made of the parent's text. The store
 * has the parent's hash alone, out of which the key does not follow; that hash is authenticated, so that a child cannot be moved to
 * another parent.
 */
export function sealOf({ text, handle, hash }: OpaqueToken): Seal {
  return { secret: text, salt: handle, purpose: '@base/auth refresh successor 1', context: hash }
}
