import { AppError } from '@base/core/errors'

/**
 * What is wrong with a chain: an entry was `altered`; it does not follow the one before it (`unlinked`); entries are `missing`
 * before it; it is of another chain (`foreign`) or no entry at all (`malformed`); it has no key where it should
 * (`unsealed`), or one that is not known (`unknown_key`); the chain ends before a head that was noted, or that the sink has
 * (`truncated`), or says something else than one that was noted (`rewritten`).
 */
export type AuditFlaw =
  | 'altered'
  | 'unlinked'
  | 'missing'
  | 'foreign'
  | 'malformed'
  | 'unsealed'
  | 'unknown_key'
  | 'truncated'
  | 'rewritten'

/** Options of {@link AuditChainError}. */
export interface AuditChainErrorOptions {
  /** The chain, if it is known. */
  readonly chain: string | undefined
  /** The place where it is broken. */
  readonly sequence: number
  /** What is wrong there. */
  readonly flaw: AuditFlaw
}

/**
 * A chain is not what was recorded. Code `AUDIT_CHAIN_BROKEN`, kind `internal`. All before its `sequence` is as it was
 * recorded; nothing is known of what comes after.
 *
 * @example
 * const verified = await audit.verify()
 * if (!verified.ok) alert(`The audit trail is ${verified.error.flaw} at ${verified.error.sequence}.`)
 */
export class AuditChainError extends AppError {
  /** The place where the chain is broken. */
  readonly sequence: number
  /** What is wrong there. */
  readonly flaw: AuditFlaw

  constructor(options: AuditChainErrorOptions) {
    const { chain, sequence, flaw }: AuditChainErrorOptions = Object(options)
    const name = chain === undefined ? 'The audit chain' : `The audit chain '${chain}'`
    super({
      code: 'AUDIT_CHAIN_BROKEN',
      kind: 'internal',
      message: `${name} is broken at entry ${sequence}: ${flaw}.`,
      details: { sequence, flaw },
    })
    this.sequence = sequence
    this.flaw = flaw
  }
}
