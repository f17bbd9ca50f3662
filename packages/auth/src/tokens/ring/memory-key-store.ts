import type { Clock } from '@base/core/clock'
import { readClock } from '../../optional-clock.js'
import type { KeyStore, StoredKeys } from './key-store.js'

/** Options of {@link memoryKeyStore}. */
export interface MemoryKeyStoreOptions {
  /** Source of time, as all of this package takes; nothing here depends on it. @defaultValue none */
  readonly clock?: Clock | undefined
}

/**
 * Keys within one process. They are gone with it, and every token that they signed then fails; so it is for tests, and for a
 * process that alone issues and verifies.
 *
 * @example
 * const keys = createKeyRing({ store: memoryKeyStore() })
 *
 * @throws InvalidOptionError for a clock that is none.
 */
export function memoryKeyStore(options: MemoryKeyStoreOptions = {}): KeyStore {
  readClock(options, 'memoryKeyStore')
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
