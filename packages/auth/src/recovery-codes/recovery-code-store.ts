/**
 * Where recovery codes are kept: {@link memoryRecoveryCodeStore} for one process, a server for many.
 *
 * It is given hashes only, 43 characters of base64url, each of one subject. Each method is one atomic step. A failure rejects.
 * What a store must promise is in `recoveryCodeStoreConformance` of `@base/auth/testing`.
 */
export interface RecoveryCodeStore {
  /** Keeps these hashes as all that a subject has, 1 to 100; those before mean nothing from then on. */
  replace(sub: string, hashes: readonly string[]): PromiseLike<void>
  /** Takes a hash away; whether the subject had it. Of many that take one at once one succeeds. */
  take(sub: string, hash: string): PromiseLike<boolean>
  /** How many a subject has left. */
  count(sub: string): PromiseLike<number>
  /** Forgets a subject; whether it had any. */
  remove(sub: string): PromiseLike<boolean>
}
