import type { KeyStore, StoredKey, StoredKeys } from './key-store.js'

/**
 * Keys within one process. They are gone with it, and every token that they signed then fails; so it is for tests, and for a
 * process that alone issues and verifies.
 *
 * @example
 * const keys = createKeyRing({ store: memoryKeyStore() })
 */
export function memoryKeyStore(): KeyStore {
  return new MemoryKeyStore()
}

class MemoryKeyStore implements KeyStore {
  #stored: StoredKeys = { version: 0, keys: [] }

  async load(): Promise<StoredKeys> {
    return structuredClone(this.#stored)
  }

  async replace(expected: number, keys: readonly StoredKey[]): Promise<boolean> {
    if (this.#stored.version !== expected) return false
    this.#stored = structuredClone({ version: expected + 1, keys })
    return true
  }
}
