import { checkInteger, checkOptions, checkText, invalidOption, type OptionPlace } from '@base/core/options'
import { err, ok, type Result } from '@base/core/result'
import { placeOf } from '../place.js'
import { AuditChainError, type AuditFlaw } from './audit-chain-error.js'
import type { AuditEntry, AuditHead } from './audit-entry.js'
import { type AuditSeal, ChainHash } from './chain-hash.js'

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
 * @throws InvalidOptionError for a wrong option, and for entries that cannot be iterated; what the entries' source throws.
 */
export async function verifyAuditChain(
  entries: Iterable<AuditEntry> | AsyncIterable<AuditEntry>,
  options: VerifyChainOptions = {},
): Promise<Result<AuditHead | undefined, AuditChainError>> {
  const given = checkOptions(options, place('options'))
  const hash = new ChainHash(given.seal, place)
  const after = checkHead(given.after, place('after'))
  const anchor = checkHead(given.anchor, place('anchor'))
  if (after !== undefined && anchor !== undefined && anchor.sequence < after.sequence)
    throw invalidOption(anchor.sequence, place('anchor.sequence'), `${after.sequence} at least, as 'after'`)
  if (!isIterable(entries)) throw invalidOption(entries, place('entries'), 'an iterable of entries')
  return verifyEntries(entries, hash, after, anchor)
}

function isIterable(value: unknown): boolean {
  const { [Symbol.iterator]: each, [Symbol.asyncIterator]: awaited } = Object(value)
  return typeof (awaited ?? each) === 'function'
}

/** A head that was noted. @throws InvalidOptionError */
export function checkHead(head: AuditHead | undefined, place: OptionPlace): AuditHead | undefined {
  if (head === undefined) return undefined
  const within = (name: string): OptionPlace => ({ ...place, option: `${place.option}.${name}` })
  return {
    sequence: checkInteger(head?.sequence, { ...within('sequence'), min: 1 }),
    hash: checkText(head?.hash, { ...within('hash'), maxLength: 43 }),
  }
}

/** {@link verifyAuditChain} with hashes and heads that are checked already. */
export async function verifyEntries(
  entries: Iterable<AuditEntry> | AsyncIterable<AuditEntry>,
  hash: ChainHash,
  after: AuditHead | undefined,
  anchor: AuditHead | undefined,
): Promise<Result<AuditHead | undefined, AuditChainError>> {
  let chain: string | undefined
  let head = after
  const broken = (flaw: AuditFlaw, sequence = placeAfter(head)) =>
    err(new AuditChainError({ chain, sequence, flaw }))
  if (after !== undefined && isOtherThan(after, anchor)) return broken('rewritten', after.sequence)
  for await (const entry of entries) {
    const flaw =
      (await flawOf(entry, chain, head, hash)) ?? (isOtherThan(entry, anchor) ? 'rewritten' : undefined)
    if (flaw !== undefined) return broken(flaw)
    chain = entry.chain
    head = { sequence: entry.sequence, hash: entry.hash }
  }
  return anchor !== undefined && placeAfter(head) <= anchor.sequence ? broken('truncated') : ok(head)
}

/** What is wrong with the entry that comes after a head, of a chain whose name is not known before the first. */
async function flawOf(
  entry: AuditEntry,
  chain: string | undefined,
  head: AuditHead | undefined,
  hashes: ChainHash,
): Promise<AuditFlaw | undefined> {
  if (!isEntry(entry)) return 'malformed'
  if (chain !== undefined && entry.chain !== chain) return 'foreign'
  if (entry.sequence !== placeAfter(head)) return 'missing'
  if (entry.previous !== (head?.hash ?? '')) return 'unlinked'
  if (hashes.current !== undefined && entry.keyId === undefined) return 'unsealed'
  if (!hashes.knows(entry.keyId)) return 'unknown_key'
  const { hash, ...rest } = entry
  // What is nested too deep to be read was not recorded so.
  const expected = await hashes.of(rest).catch(() => undefined)
  return expected === hash ? undefined : 'altered'
}

/** As far as it must be one to be judged; the hash is about the rest. */
function isEntry(value: unknown): value is AuditEntry {
  if (typeof value !== 'object' || value === null || (value as AuditEntry).v !== 1) return false
  const { chain, previous, hash, keyId } = value as AuditEntry
  return [chain, previous, hash, keyId ?? ''].every((text) => typeof text === 'string')
}

function isOtherThan(entry: AuditHead, noted: AuditHead | undefined): boolean {
  return entry.sequence === noted?.sequence && entry.hash !== noted.hash
}

function placeAfter(head: AuditHead | undefined): number {
  return (head?.sequence ?? 0) + 1
}
