import type { Settings } from '../repository/memory-settings.js'
import { checkVersion, MemoryWriter } from '../repository/memory-writer.js'
import { Overlay } from '../repository/store.js'
import type { Savepoint, UnitTransaction } from './driver.js'
import type { Change, TransactionRows } from './transaction-rows.js'

/** One repository's part in a transaction. */
export interface Part {
  readonly rows: TransactionRows<object>
  readonly settings: Settings<object, unknown>
}

/** A transaction over several repositories in memory. */
export class MemoryTransaction<Repos extends object> implements UnitTransaction<Repos> {
  readonly repositories: Repos
  readonly #parts: readonly Part[]

  constructor(repositories: Repos, parts: readonly Part[]) {
    this.repositories = repositories
    this.#parts = parts
  }

  /** Checks everything, then writes everything, without giving way in between: so it is atomic. */
  async commit(): Promise<void> {
    const changed = this.#parts.some(({ rows }) => rows.changes.length > 0)
    // What only read saw one state, and is as if it had run then.
    if (!changed) return
    for (const part of this.#parts) {
      part.rows.checkIsolation()
      settle(part)
    }
    for (const { rows } of this.#parts) rows.apply()
  }

  /** There is nothing to take back: the rows are dropped with the transaction. */
  async rollback(): Promise<void> {}

  async savepoint(): Promise<Savepoint> {
    for (const { rows } of this.#parts) rows.savepoint()
    return {
      release: async () => {
        for (const { rows } of this.#parts) rows.release()
      },
      rollback: async () => {
        for (const { rows } of this.#parts) rows.rollback()
      },
    }
  }
}

/** Refuses to save over a version that came since; a deletion deletes whichever version there is now. */
function settle({ rows, settings }: Part): void {
  for (const change of rows.changes) {
    const { key, seen, row } = change
    const current = rows.committed.get(key)
    if (row === undefined || current === seen) continue
    if (onlyDeletes(change)) {
      const now = new Overlay(rows.committed)
      new MemoryWriter(settings, now).delete(key, row.deletion)
      rows.put(key, now.get(key))
    } else if (settings.version !== undefined) {
      checkVersion(settings.name, settings.id(row.entity), seen?.version ?? 0, current?.version)
    }
  }
}

/** Softly, and what was there: nothing was saved before within the unit. */
function onlyDeletes({ seen, row }: Change<object>): boolean {
  return row?.deletion !== undefined && row.version === (seen?.version ?? 0) + 1
}
