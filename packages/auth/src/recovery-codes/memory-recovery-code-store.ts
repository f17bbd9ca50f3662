import type { Clock } from '@base/core/clock'
import { readClock } from '../optional-clock.js'
import type { RecoveryCodeStore } from './recovery-code-store.js'

/** Options of {@link memoryRecoveryCodeStore}. */
export interface MemoryRecoveryCodeStoreOptions {
  /** Source of time, as all of this package takes; nothing here depends on it. @defaultValue none */
  readonly clock?: Clock | undefined
}

/**
 * Keeps the recovery codes of one process in memory: for tests. A restart forgets them.
 *
 * @example
 * const codes = createRecoveryCodes({ store: memoryRecoveryCodeStore() })
 *
 * @throws InvalidOptionError for a clock that is none.
 */
export function memoryRecoveryCodeStore(options: MemoryRecoveryCodeStoreOptions = {}): RecoveryCodeStore {
  readClock(options, 'memoryRecoveryCodeStore')
  return new MemoryRecoveryCodeStore()
}

class MemoryRecoveryCodeStore implements RecoveryCodeStore {
  readonly #subjects = new Map<string, Set<string>>()

  async replace(sub: string, hashes: readonly string[]): Promise<void> {
    this.#subjects.set(sub, new Set(hashes))
  }

  async take(sub: string, hash: string): Promise<boolean> {
    const hashes = this.#subjects.get(sub)
    if (hashes?.delete(hash) !== true) return false
    if (hashes.size === 0) this.#subjects.delete(sub)
    return true
  }

  async count(sub: string): Promise<number> {
    return this.#subjects.get(sub)?.size ?? 0
  }

  async remove(sub: string): Promise<boolean> {
    return this.#subjects.delete(sub)
  }
}
