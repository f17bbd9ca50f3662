import { UnavailableError } from '@base/core/errors'
import { askSink, type SinkTime } from './ask-sink.js'
import type { AuditEntry, AuditHead } from './audit-entry.js'
import type { AuditSink } from './audit-sink.js'
import type { ChainHash } from './chain-hash.js'
import type { Draft } from './read-event.js'

/** What a sink must take at once. */
const MOST_AT_ONCE = 100
/** Each that fails means that another process has appended; so many in a row say that the sink answers wrongly. */
const MOST_TRIES = 100

/** What a chain is written with. */
export interface ChainSettings extends SinkTime {
  readonly sink: AuditSink
  readonly chain: string
  readonly hash: ChainHash
}

interface Waiting {
  readonly draft: Draft
  resolve(entry: AuditEntry): void
  reject(error: unknown): void
}

/**
 * Appends to a chain in the order of calls: what comes while an append is under way waits, and goes with the next, so that many
 * at once cost few. Other processes append to the same chain: where one was faster, the entries are linked anew.
 *
 * Where the sink fails, all that waits fails with it; what comes later asks the sink anew where the chain stands.
 */
export class AppendQueue {
  readonly #settings: ChainSettings
  #waiting: Waiting[] = []
  #isBusy = false
  /** `undefined` where nobody knows. */
  #head: { readonly last: AuditHead | undefined } | undefined

  constructor(settings: ChainSettings) {
    this.#settings = settings
  }

  append(draft: Draft): Promise<AuditEntry> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ draft, resolve, reject })
      if (!this.#isBusy) void this.#drain()
    })
  }

  async #drain(): Promise<void> {
    this.#isBusy = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST_AT_ONCE)
      try {
        const entries = await this.#write(batch.map(({ draft }) => draft))
        for (const [index, { resolve }] of batch.entries()) resolve(entries[index] as AuditEntry)
      } catch (error) {
        this.#head = undefined
        for (const { reject } of [...batch, ...this.#waiting.splice(0)]) reject(error)
      }
    }
    this.#isBusy = false
  }

  async #write(drafts: readonly Draft[]): Promise<readonly AuditEntry[]> {
    const { sink, chain } = this.#settings
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      this.#head ??= { last: await askSink(this.#settings, () => sink.head(chain)) }
      const { last } = this.#head
      const entries = await this.#link(drafts, last)
      if (await askSink(this.#settings, () => sink.append(entries))) {
        this.#head = { last: entries.at(-1) }
        return entries
      }
      this.#head = undefined
    }
    throw new UnavailableError({ message: `The audit sink refused ${MOST_TRIES} times to append.` })
  }

  async #link(drafts: readonly Draft[], last: AuditHead | undefined): Promise<readonly AuditEntry[]> {
    const { chain, hash } = this.#settings
    const keyId = hash.current
    const entries: AuditEntry[] = []
    let { sequence, hash: previous } = last ?? { sequence: 0, hash: '' }
    for (const draft of drafts) {
      const entry = {
        v: 1 as const,
        chain,
        sequence: ++sequence,
        ...draft,
        previous,
        ...(keyId !== undefined && { keyId }),
      }
      previous = await hash.of(entry)
      entries.push({ ...entry, hash: previous })
    }
    return entries
  }
}
