import { checkOptions, invalidOption } from '@base/core/options'
import { err, ok, type Result } from '@base/core/result'
import { placeOf } from '../place.js'
import { AuditChainError, type AuditFlaw } from './audit-chain-error.js'
import type { AuditEntry, AuditHead } from './audit-entry.js'
import { type AuditSeal, ChainHash } from './chain-hash.js'
import { checkHead } from './check-head.js'

/** Options of {@link verifyAuditChain}. */
export interface VerifyChainOptions {
  /** The keys of the entries; then one without a key is a flaw. @defaultValue none: one with a key is a flaw */
  readonly seal?: AuditSeal | undefined
  /** The head after which the entries begin, as it was verified before. @defaultValue they begin at 1 */
  readonly after?: AuditHead | undefined
  /**
   * A head that was noted elsewhere, which the chain must contain; not before `after`.
   * @defaultValue none: what was cut off at the end is not seen
   */
  readonly anchor?: AuditHead | undefined
}

const place = /* @__PURE__ */ placeOf('verifyAuditChain')

/**
 * Checks that entries are what was recorded: each by its hash, and by its link to the one before. Gives the head, to be
 * noted elsewhere; `undefined` of no entries.
 *
 * Without a seal it shows who changes, removes or inserts single entries. Whoever can rewrite all that follows could also
 * compute its hashes: a seal keeps them from it, and a head that was noted shows it. What was cut off at the end shows by
 * a noted head alone.
 *
 * @example
 * const verified = await verifyAuditChain(exported, { anchor: { sequence: 4_711, hash } })
 * if (!verified.ok) console.error(verified.error.flaw, verified.error.sequence)
 *
 * @throws InvalidOptionError for a wrong option; what the entries' source throws.
 */
export async function verifyAuditChain(
  entries: Iterable<AuditEntry> | AsyncIterable<AuditEntry>,
  options: VerifyChainOptions = {},
): Promise<Result<AuditHead | undefined, AuditChainError>> {
  const { seal, after, anchor } = checkOptions(options, place('options'))
  return verifyEntries(entries, new ChainHash(seal, place), { after, anchor })
}

/** The same with hashes that are there already. @throws InvalidOptionError for a wrong head. */
export async function verifyEntries(
  entries: Iterable<AuditEntry> | AsyncIterable<AuditEntry>,
  hash: ChainHash,
  heads: Pick<VerifyChainOptions, 'after' | 'anchor'>,
): Promise<Result<AuditHead | undefined, AuditChainError>> {
  const after = checkHead(heads.after, place('after'))
  const noted = checkAnchor(heads.anchor, after)
  const judge = new ChainJudge(hash, after)
  if (after !== undefined && isOtherThan(after, noted))
    return err(new AuditChainError({ chain: undefined, sequence: after.sequence, flaw: 'rewritten' }))
  for await (const entry of entries) {
    const flaw = (await judge.flawOf(entry)) ?? (isOtherThan(entry, noted) ? 'rewritten' : undefined)
    if (flaw !== undefined) return err(judge.error(flaw))
    judge.follow(entry)
  }
  const { head } = judge
  if (noted !== undefined && (head === undefined || head.sequence < noted.sequence))
    return err(judge.error('truncated'))
  return ok(head)
}

/** One before the entries says nothing about them. */
function checkAnchor(value: AuditHead | undefined, after: AuditHead | undefined): AuditHead | undefined {
  const anchor = checkHead(value, place('anchor'))
  if (anchor === undefined || after === undefined || anchor.sequence >= after.sequence) return anchor
  throw invalidOption(anchor.sequence, place('anchor.sequence'), `${after.sequence} at least, as 'after'`)
}

function isOtherThan(entry: AuditHead, noted: AuditHead | undefined): boolean {
  return noted !== undefined && entry.sequence === noted.sequence && entry.hash !== noted.hash
}

/** Judges entry by entry. */
class ChainJudge {
  readonly #hash: ChainHash
  #head: AuditHead | undefined
  #chain: string | undefined

  constructor(hash: ChainHash, after: AuditHead | undefined) {
    this.#hash = hash
    this.#head = after
  }

  /** Where what was judged ends. */
  get head(): AuditHead | undefined {
    return this.#head
  }

  async flawOf(entry: AuditEntry): Promise<AuditFlaw | undefined> {
    if (!isEntry(entry)) return 'malformed'
    if (this.#chain !== undefined && entry.chain !== this.#chain) return 'foreign'
    if (entry.sequence !== this.#next) return 'missing'
    if (entry.previous !== (this.#head?.hash ?? '')) return 'unlinked'
    if (this.#hash.current !== undefined && entry.keyId === undefined) return 'unsealed'
    if (!this.#hash.knows(entry.keyId)) return 'unknown_key'
    const { hash, ...rest } = entry
    // What is nested too deep to be read was not recorded so.
    const expected = await this.#hash.of(rest).catch(() => undefined)
    return expected === hash ? undefined : 'altered'
  }

  follow({ chain, sequence, hash }: AuditEntry): void {
    this.#chain = chain
    this.#head = { sequence, hash }
  }

  error(flaw: AuditFlaw): AuditChainError {
    return new AuditChainError({ chain: this.#chain, sequence: this.#next, flaw })
  }

  get #next(): number {
    return (this.#head?.sequence ?? 0) + 1
  }
}

/** As far as it must be one to be judged; the hash is about the rest. */
function isEntry(value: unknown): value is AuditEntry {
  if (typeof value !== 'object' || value === null || (value as AuditEntry).v !== 1) return false
  const { chain, previous, hash, keyId } = value as AuditEntry
  return [chain, previous, hash, keyId ?? ''].every((text) => typeof text === 'string')
}
