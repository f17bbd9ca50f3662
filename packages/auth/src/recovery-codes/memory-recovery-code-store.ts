import type { RecoveryCodeStore } from './recovery-code-store.js'

/**
 * Keeps the recovery codes of one process in memory: for tests. A restart forgets them.
 *
 * @example
 * const codes = createRecoveryCodes({ store: memoryRecoveryCodeStore() })
 */
export function memoryRecoveryCodeStore(): RecoveryCodeStore {
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
