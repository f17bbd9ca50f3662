import type { AuditEntry, AuditHead } from './audit-entry.js'

/**
 * Where entries go: {@link memoryAuditSink} for tests, a database for the rest.
 *
 * A sink judges places and links, and computes no hash. Entries are never changed and never removed. A failure rejects. What a
 * sink must promise is in `auditSinkConformance` of `@base/auth/testing`.
 */
export interface AuditSink {
  /** Where a chain stands; `undefined` where it has no entry. */
  head(chain: string): PromiseLike<AuditHead | undefined>
  /**
   * Appends entries of one chain, 1 to 100 that follow each other, in one atomic step: all of them if the first follows the
   * chain's last entry, by its `sequence` and by its `previous`. Otherwise `false`, and nothing has changed. Of many that append
   * to one place at once one succeeds.
   */
  append(entries: readonly AuditEntry[]): PromiseLike<boolean>
  /**
   * The entries of a chain from a place on, in their order, at most so many, 1 to 1,000. Fewer where pages of the sink are smaller;
   * none at the end alone.
   */
  read(chain: string, from: number, limit: number): PromiseLike<readonly AuditEntry[]>
}
