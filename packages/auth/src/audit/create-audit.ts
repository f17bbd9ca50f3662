import { type Clock, systemClock } from '@base/core/clock'
import { diagnosticsChannel } from '@base/core/diagnostics'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { uuidv7 } from '@base/core/id'
import { checkMethods, checkOptions, checkText, invalidOption } from '@base/core/options'
import { err, type Result } from '@base/core/result'
import { checkName } from '../tokens/opaque/check-name.js'
import { AppendQueue } from './append-queue.js'
import { askSink, type SinkTime } from './ask-sink.js'
import { AuditChainError, type AuditFlaw } from './audit-chain-error.js'
import type { AuditEntry, AuditHead } from './audit-entry.js'
import type { AuditEvent } from './audit-event.js'
import type { AuditSink } from './audit-sink.js'
import { type AuditSeal, ChainHash } from './chain-hash.js'
import { checkHead } from './check-head.js'
import { checkNames } from './diff.js'
import { memoryAuditSink } from './memory-audit-sink.js'
import { place, readEvent } from './read-event.js'
import { type IsSecretName, secretNames } from './secret-names.js'
import { verifyEntries } from './verify-audit-chain.js'

const LONGEST_CHAIN = 128
/** What a sink must be able to keep, in UTF-16 units of its JSON. */
const MAX_EVENT = 65_536
const PAGE = 500
const METHODS = ['head', 'append', 'read'] as const

const failed = diagnosticsChannel<{ chain: string; action: string; error: unknown }>('base:auth:audit:failed')

/** Options of {@link createAudit}; checked and read once, at construction. */
export interface AuditOptions {
  /** Where the entries go. @defaultValue memoryAuditSink() */
  readonly sink?: AuditSink | undefined
  /** Names the chain, 1 to 128 characters. Chains do not know each other. @defaultValue 'audit' */
  readonly chain?: string | undefined
  /**
   * Keys the hashes, so that who may write to the sink cannot rewrite the chain. It begins a new `chain`: entries without it, of
   * before or of an instance that does not have it yet, break a chain with it.
   * @defaultValue none: SHA-256 without a key
   */
  readonly seal?: AuditSeal | undefined
  /** More parts of names whose values are secrets, such as `'iban'`. @defaultValue none: those that are known */
  readonly redact?: readonly string[] | undefined
  /** For how long the sink may think about each answer, more than 0. @defaultValue '5s' */
  readonly timeout?: Duration | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** Options of {@link Audit.verify}. */
export interface VerifyAuditOptions {
  /** Where to begin: a head that was verified before. @defaultValue at the first entry */
  readonly after?: AuditHead | undefined
  /**
   * A head that was noted elsewhere, which the chain must contain. Where it is before `after`, all is read from there on.
   * @defaultValue none: what was cut off at the end together with the sink's own head is not seen
   */
  readonly anchor?: AuditHead | undefined
}

/** An audit trail; made by {@link createAudit}. */
export interface Audit {
  /**
   * Records an event, and gives the entry once the sink has it. Await it: an action whose record failed is yours to undo.
   *
   * @throws InvalidOptionError for a wrong event, or one of more than 64 KiB; UnavailableError where the sink fails or does not
   * answer in time: then the event may have been recorded all the same.
   */
  record(event: AuditEvent): Promise<AuditEntry>
  /** Where the chain stands, to be noted elsewhere. @throws UnavailableError where the sink fails or does not answer in time. */
  head(): Promise<AuditHead | undefined>
  /**
   * Reads the chain from the sink, at least to where its head was, and checks it: see `verifyAuditChain`. Gives where it stands.
   *
   * @throws InvalidOptionError for a wrong option; UnavailableError where the sink fails or does not answer in time.
   */
  verify(options?: VerifyAuditOptions): Promise<Result<AuditHead | undefined, AuditChainError>>
}

/**
 * A record of who did what, in which each entry holds the hash of the one before: who changes one, or takes one away, breaks
 * the chain there, and `verify` says where.
 *
 * Entries of one process stand in the order of `record`; many processes may write to one chain. Of what changed the differences
 * are kept, and of secrets only that they changed. Who acts, the tenant and the correlation id come from the context, unless
 * the event says otherwise.
 *
 * Not promised: that an entry exists of everything that happened (record in the transaction of what it is about, where the
 * sink allows that), or that a chain without a `seal` stands up to who may rewrite all of it: see `verifyAuditChain`.
 *
 * @example
 * const audit = createAudit({ sink: memoryAuditSink() })
 * await audit.record({
 *   action: 'user.change-role',
 *   actor: { id: 'admin-1' },
 *   target: { type: 'user', id: 'user-1' },
 *   before: { role: 'customer' },
 *   after: { role: 'support' },
 * })
 * const verified = await audit.verify() // { ok: true, value: { sequence: 1, hash: '…' } }
 *
 * @throws InvalidOptionError naming the option.
 * @see OWASP ASVS 5.0, chapter 16; RFC 8785, for the canonical form
 */
export function createAudit(options: AuditOptions = {}): Audit {
  return new ChainedAudit(checkOptions(options, place('options')))
}

class ChainedAudit implements Audit {
  readonly #sink: AuditSink
  readonly #chain: string
  readonly #hash: ChainHash
  readonly #isSecretName: IsSecretName
  readonly #time: SinkTime
  readonly #queue: AppendQueue

  constructor({ sink = memoryAuditSink(), chain = 'audit', seal, timeout = '5s', ...options }: AuditOptions) {
    this.#sink = checkMethods(sink, METHODS, place('sink'))
    this.#chain = checkName(checkText(chain, { ...place('chain'), maxLength: LONGEST_CHAIN }), place('chain'))
    this.#time = {
      clock: checkMethods(options.clock ?? systemClock, ['now', 'schedule'], place('clock')),
      timeout: toMilliseconds(timeout, { ...place('timeout'), positive: true }),
    }
    this.#isSecretName = secretNames(checkNames(options.redact, place('redact')))
    this.#hash = new ChainHash(seal, place)
    this.#queue = new AppendQueue({ ...this.#time, sink, chain, hash: this.#hash })
  }

  async record(event: AuditEvent): Promise<AuditEntry> {
    const facts = readEvent(event, this.#isSecretName)
    const { length } = JSON.stringify(facts)
    if (length > MAX_EVENT)
      throw invalidOption(`${length} characters`, place('event'), `at most ${MAX_EVENT} characters of JSON`)
    const now = this.#time.clock.now()
    try {
      return await this.#queue.append({ id: uuidv7(), time: new Date(now).toISOString(), ...facts })
    } catch (error) {
      if (failed.hasSubscribers) failed.publish({ chain: this.#chain, action: facts.action, error })
      throw error
    }
  }

  async head(): Promise<AuditHead | undefined> {
    return askSink(this.#time, () => this.#sink.head(this.#chain))
  }

  async verify(options: VerifyAuditOptions = {}): Promise<Result<AuditHead | undefined, AuditChainError>> {
    const given = checkOptions(options, place('options'))
    const [after, anchor] = inOrder(
      checkHead(given.after, place('after')),
      checkHead(given.anchor, place('anchor')),
    )
    const end = await this.head()
    const flaw = after && (await this.#flawAt(after))
    if (after !== undefined && flaw !== undefined) return err(this.#error(after.sequence, flaw))
    // What is recorded meanwhile is not waited for, or this would have no end.
    const most = Math.max(end?.sequence ?? 0, after?.sequence ?? 0, anchor?.sequence ?? 0)
    const entries = this.#entries((after?.sequence ?? 0) + 1, most)
    const verified = await verifyEntries(entries, this.#hash, { after, anchor })
    const last = verified.ok ? (verified.value?.sequence ?? 0) : Number.POSITIVE_INFINITY
    return end !== undefined && last < end.sequence ? err(this.#error(last + 1, 'truncated')) : verified
  }

  /** Whether the entry of a head that was verified before is gone by now, or another. */
  async #flawAt({ sequence, hash }: AuditHead): Promise<AuditFlaw | undefined> {
    const [entry] = await this.#read(sequence, 1)
    if (entry?.sequence !== sequence) return 'truncated'
    return entry.hash === hash ? undefined : 'rewritten'
  }

  async *#entries(first: number, last: number): AsyncGenerator<AuditEntry> {
    // A sink may give less than it was asked for; of a chain that was cut off it gives nothing.
    for (let from = first; from <= last; ) {
      const page = await this.#read(from, PAGE)
      if (page.length === 0) return
      yield* page
      from += page.length
    }
  }

  #error(sequence: number, flaw: AuditFlaw): AuditChainError {
    return new AuditChainError({ chain: this.#chain, sequence, flaw })
  }

  #read(from: number, limit: number): Promise<readonly AuditEntry[]> {
    return askSink(this.#time, () => this.#sink.read(this.#chain, from, limit))
  }
}

/** What leads from one head to the other is checked whichever of them is the earlier. */
function inOrder(
  after: AuditHead | undefined,
  anchor: AuditHead | undefined,
): readonly [after: AuditHead | undefined, anchor: AuditHead | undefined] {
  const isBefore = after !== undefined && anchor !== undefined && anchor.sequence < after.sequence
  return isBefore ? [anchor, after] : [after, anchor]
}
