import { type Clock, systemClock } from '@base/core/clock'
import { diagnosticsChannel } from '@base/core/diagnostics'
import { type Duration, toMilliseconds } from '@base/core/duration'
import { uuidv7 } from '@base/core/id'
import { checkMethods, checkOptions, checkText, invalidOption } from '@base/core/options'
import { type Err, err, type Result } from '@base/core/result'
import { checkName } from '../tokens/opaque/check-name.js'
import { AppendQueue, type ChainSettings } from './append-queue.js'
import { askSink } from './ask-sink.js'
import { AuditChainError, type AuditFlaw } from './audit-chain-error.js'
import type { AuditEntry, AuditHead } from './audit-entry.js'
import type { AuditEvent } from './audit-event.js'
import type { AuditSink } from './audit-sink.js'
import { type AuditSeal, ChainHash } from './chain-hash.js'
import { checkNames } from './diff.js'
import { memoryAuditSink } from './memory-audit-sink.js'
import { place, readEvent } from './read-event.js'
import { type IsSecretName, secretNames } from './secret-names.js'
import { checkHead, verifyEntries } from './verify-audit-chain.js'

const LONGEST_CHAIN = 128
/** What a sink must be able to keep, in UTF-16 units of its JSON. */
const MAX_EVENT = 65_536
const PAGE = 500

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
   * @throws InvalidOptionError for a wrong event, or one of more than 65,536 characters as JSON; UnavailableError where the sink
   * fails or does not answer in time: then the event may have been recorded all the same.
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
  return new ChainedAudit(readOptions(options))
}

class ChainedAudit implements Audit {
  readonly #settings: AuditSettings
  readonly #queue: AppendQueue

  constructor(settings: AuditSettings) {
    this.#settings = settings
    this.#queue = new AppendQueue(settings)
  }

  async record(event: AuditEvent): Promise<AuditEntry> {
    const { chain, clock, isSecretName } = this.#settings
    const facts = readEvent(event, isSecretName)
    const { length } = JSON.stringify(facts)
    if (length > MAX_EVENT)
      throw invalidOption(`${length} characters`, place('event'), `at most ${MAX_EVENT} characters of JSON`)
    const time = new Date(clock.now()).toISOString()
    try {
      return await this.#queue.append({ id: uuidv7(), time, ...facts })
    } catch (error) {
      if (failed.hasSubscribers) failed.publish({ chain, action: facts.action, error })
      throw error
    }
  }

  async head(): Promise<AuditHead | undefined> {
    const { sink, chain } = this.#settings
    return askSink(this.#settings, () => sink.head(chain))
  }

  async verify(options: VerifyAuditOptions = {}): Promise<Result<AuditHead | undefined, AuditChainError>> {
    const given = checkOptions(options, place('options'))
    let after = checkHead(given.after, place('after'))
    let anchor = checkHead(given.anchor, place('anchor'))
    // What leads from one head to the other is checked whichever of them is the earlier.
    if (after !== undefined && anchor !== undefined && anchor.sequence < after.sequence)
      [after, anchor] = [anchor, after]
    const end = await this.head()
    const flaw = after && (await this.#flawAt(after))
    if (after !== undefined && flaw !== undefined) return this.#broken(flaw, after.sequence)
    // What is recorded meanwhile is not waited for, or this would have no end.
    const most = Math.max(end?.sequence ?? 0, after?.sequence ?? 0, anchor?.sequence ?? 0)
    const entries = this.#entries((after?.sequence ?? 0) + 1, most)
    const verified = await verifyEntries(entries, this.#settings.hash, after, anchor)
    if (!verified.ok || end === undefined) return verified
    const last = verified.value?.sequence ?? 0
    return last < end.sequence ? this.#broken('truncated', last + 1) : verified
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

  #broken(flaw: AuditFlaw, sequence: number): Err<AuditChainError> {
    return err(new AuditChainError({ chain: this.#settings.chain, sequence, flaw }))
  }

  #read(from: number, limit: number): Promise<readonly AuditEntry[]> {
    const { sink, chain } = this.#settings
    return askSink(this.#settings, () => sink.read(chain, from, limit))
  }
}

/** Options that are checked. The timeout is in milliseconds. */
interface AuditSettings extends ChainSettings {
  readonly isSecretName: IsSecretName
}

/** Checks the options. @throws InvalidOptionError */
function readOptions(options: AuditOptions): AuditSettings {
  const {
    sink = memoryAuditSink(),
    chain = 'audit',
    timeout = '5s',
  } = checkOptions(options, place('options'))
  const { clock = systemClock, redact, seal } = options
  return {
    sink: checkMethods(sink, ['head', 'append', 'read'], place('sink')),
    chain: checkName(checkText(chain, { ...place('chain'), maxLength: LONGEST_CHAIN }), place('chain')),
    clock: checkMethods(clock, ['now', 'schedule'], place('clock')),
    timeout: toMilliseconds(timeout, { ...place('timeout'), positive: true }),
    isSecretName: secretNames(checkNames(redact, place('redact'))),
    hash: new ChainHash(seal, place),
  }
}
