import type { AuditEntry, AuditHead, AuditSink } from '@base/auth/audit'
import { type SQL, sql } from 'drizzle-orm'
import type { Executor } from '../executor.js'
import { AuthDatabase } from './auth-database.js'

/**
 * Keeps an audit trail in the tables `base_audit_chains` and `base_audit_entries`, for many processes: an `AuditSink` of
 * `@base/auth`. Entries are appended by one statement, in which those that come at once wait for the row of their chain.
 *
 * Over the executor of a unit of work an entry is there if, and only if, what it is about is; until that commits, others who
 * append to the chain wait. The tables are created at the first use where they are missing. A role that records needs
 * `select, insert, update` on the chains and `insert` on the entries; give `select` on these to one that reads or verifies, and
 * to none `update` and `delete`.
 *
 * @example
 * const audit = createAudit({ sink: drizzleAuditSink(db) })
 *
 * @throws InvalidOptionError for an executor that is none.
 */
export function drizzleAuditSink(executor: Executor): AuditSink {
  const tables = ['base_audit_chains', 'base_audit_entries']
  return new DrizzleAuditSink(new AuthDatabase('drizzleAuditSink', executor, {}, tables))
}

class DrizzleAuditSink implements AuditSink {
  readonly #database: AuthDatabase

  constructor(database: AuthDatabase) {
    this.#database = database
  }

  async head(chain: string): Promise<AuditHead | undefined> {
    const [row] = await this.#database.rows(
      sql`select sequence::text, hash from base_audit_chains where chain = ${chain}`,
    )
    return row && { sequence: Number(row['sequence']), hash: row['hash'] as string }
  }

  async append(entries: readonly AuditEntry[]): Promise<boolean> {
    const [first, last] = [entries[0], entries.at(-1)]
    if (first === undefined || last === undefined) return true
    // The texts of entries lie within JSON, so that what PostgreSQL cannot keep, such as U+0000, stays an escape.
    const rows = JSON.stringify(entries.map(rowOf))
    return this.#database.hits(sql`
      with moved as (${moved(first, last)})
      insert into base_audit_entries (chain, sequence, time, action, actor, target_type, target, tenant, entry)
      select ${first.chain}, item.sequence, item.time, item.action, item.actor, item.target_type, item.target,
        item.tenant, item.entry
      from json_to_recordset(${rows}::text::json) as item (
        sequence bigint, time timestamptz, action text, actor text, target_type text, target text, tenant text, entry text
      ), moved
      returning 1`)
  }

  async read(chain: string, from: number, limit: number): Promise<readonly AuditEntry[]> {
    const rows = await this.#database.rows(sql`
      select entry from base_audit_entries where chain = ${chain} and sequence >= ${String(from)}::bigint
      order by sequence limit ${limit}`)
    return rows.map((row) => JSON.parse(row['entry'] as string) as AuditEntry)
  }
}

/** Moves the head of a chain from before the first to the last, if it stands there. */
function moved(first: AuditEntry, last: AuditEntry): SQL {
  const [sequence, before] = [
    sql`${String(last.sequence)}::bigint`,
    sql`${String(first.sequence - 1)}::bigint`,
  ]
  if (first.sequence === 1)
    return sql`
      insert into base_audit_chains (chain, sequence, hash)
      select ${first.chain}, ${sequence}, ${last.hash} where ${first.previous} = ''
      on conflict (chain) do nothing returning 1`
  return sql`
    update base_audit_chains set sequence = ${sequence}, hash = ${last.hash}
    where chain = ${first.chain} and sequence = ${before} and hash = ${first.previous} returning 1`
}

function rowOf(entry: AuditEntry): Record<string, unknown> {
  return {
    sequence: entry.sequence,
    time: entry.time,
    action: entry.action,
    actor: entry.actor?.id,
    target_type: entry.target?.type,
    target: entry.target?.id,
    tenant: entry.tenant,
    entry: JSON.stringify(entry),
  }
}
