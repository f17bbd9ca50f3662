import { UnavailableError } from '@base/core/errors'
import type { KeyStore, StoredKey, StoredKeys } from './key-store.js'

/** How often a change is tried that another node's comes before. */
const ATTEMPTS = 20

/** Where a change ends: what is to be stored instead, or that nothing is to be done. */
export type Change<T> = { readonly result: T; readonly keys?: readonly StoredKey[] }

/**
 * Changes stored keys as if no other node did: loads, decides, replaces, and begins anew where another node was faster.
 * Gives what was decided, what is stored then, and what `begin` gave before the load that it comes from.
 */
export async function change<T, B>(
  store: KeyStore,
  begin: () => B,
  decide: (stored: StoredKeys) => Promise<Change<T>>,
): Promise<{ readonly result: T; readonly stored: StoredKeys; readonly began: B }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const began = begin()
    const stored = await store.load()
    const { result, keys } = await decide(stored)
    if (keys === undefined) return { result, stored, began }
    if (await store.replace(stored.version, keys)) {
      return { result, stored: { version: stored.version + 1, keys }, began }
    }
  }
  throw new UnavailableError({ message: 'Other nodes change the keys all the time.' })
}
