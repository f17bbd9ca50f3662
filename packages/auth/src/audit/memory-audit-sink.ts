import type { Clock } from '@base/core/clock'
import { readClock } from '../optional-clock.js'
import type { AuditEntry, AuditHead } from './audit-entry.js'
import type { AuditSink } from './audit-sink.js'

/** Options of {@link memoryAuditSink}. */
export interface MemoryAuditSinkOptions {
  /** Source of time, as all of this package takes; nothing here depends on it. @defaultValue none */
  readonly clock?: Clock | undefined
}

/**
 * Keeps the entries of one process in memory: for tests. It grows as long as the process lives.
 *
 * @example
 * const audit = createAudit({ sink: memoryAuditSink() })
 *
 * @throws InvalidOptionError for a clock that is none.
 */
export function memoryAuditSink(options: MemoryAuditSinkOptions = {}): AuditSink {
  readClock(options, 'memoryAuditSink')
  return new MemoryAuditSink()
}

class MemoryAuditSink implements AuditSink {
  /** As text, so that nobody changes what is stored. */
  readonly #chains = new Map<string, string[]>()

  async head(chain: string): Promise<AuditHead | undefined> {
    const [last] = this.#read(chain, -1)
    return last && { sequence: last.sequence, hash: last.hash }
  }

  async append(entries: readonly AuditEntry[]): Promise<boolean> {
    const [first] = entries
    if (first === undefined) return true
    const [last] = this.#read(first.chain, -1)
    if (first.sequence !== (last?.sequence ?? 0) + 1 || first.previous !== (last?.hash ?? '')) return false
    const texts = entries.map((entry) => JSON.stringify(entry))
    const chain = this.#chains.get(first.chain) ?? []
    for (const text of texts) chain.push(text)
    this.#chains.set(first.chain, chain)
    return true
  }

  async read(chain: string, from: number, limit: number): Promise<readonly AuditEntry[]> {
    return this.#read(chain, from - 1, from - 1 + limit)
  }

  #read(chain: string, start: number, end?: number): AuditEntry[] {
    const texts = this.#chains.get(chain) ?? []
    return texts.slice(start, end).map((text) => JSON.parse(text) as AuditEntry)
  }
}
