import type { KeyStore, StoredKeys } from './key-store.js'

/**
 * Keys within one process. They are gone with it, and every token that they signed then fails; so it is for tests, and for a
 * process that alone issues and verifies.
 *
 * @example
 * const keys = createKeyRing({ store: memoryKeyStore() })
 */
export function memoryKeyStore(): KeyStore {
  let stored: StoredKeys = { version: 0, keys: [] }
  return {
    load: async () => structuredClone(stored),
    replace: async (expected, keys) => {
      if (stored.version !== expected) return false
      stored = structuredClone({ version: expected + 1, keys })
      return true
    },
  }
}
