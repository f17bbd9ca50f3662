import type { RecoveryCodeStore } from '@base/auth/recovery-codes'
import { sql } from 'drizzle-orm'
import type { Executor } from '../executor.js'
import { flag, isSet } from '../own-tables/flag.js'
import { AuthDatabase } from './auth-database.js'

/**
 * Keeps the hashes of recovery codes in the table `base_recovery_codes`, for many processes: a `RecoveryCodeStore` of
 * `@base/auth`. A code is taken by one statement on one row, which those that come at once wait for.
 *
 * The table is created at the first use where it is missing.
 *
 * @example
 * const recovery = createRecoveryCodes({ store: drizzleRecoveryCodeStore(db) })
 *
 * @throws InvalidOptionError for an executor that is none.
 */
export function drizzleRecoveryCodeStore(executor: Executor): RecoveryCodeStore {
  const tables = ['base_recovery_codes']
  return new DrizzleRecoveryCodeStore(new AuthDatabase('drizzleRecoveryCodeStore', executor, {}, tables))
}

class DrizzleRecoveryCodeStore implements RecoveryCodeStore {
  readonly #database: AuthDatabase

  constructor(database: AuthDatabase) {
    this.#database = database
  }

  async replace(sub: string, hashes: readonly string[]): Promise<void> {
    // Hashes are base64url, which has no comma.
    await this.#database.rows(sql`
      insert into base_recovery_codes (sub, hashes) values (${sub}, string_to_array(${hashes.join()}, ','))
      on conflict (sub) do update set hashes = excluded.hashes`)
  }

  async take(sub: string, hash: string): Promise<boolean> {
    return this.#database.hits(sql`
      update base_recovery_codes set hashes = array_remove(hashes, ${hash})
      where sub = ${sub} and ${hash} = any (hashes) returning 1`)
  }

  async count(sub: string): Promise<number> {
    const [row] = await this.#database.rows(
      sql`select cardinality(hashes)::text as count from base_recovery_codes where sub = ${sub}`,
    )
    return Number(row?.['count'] ?? 0)
  }

  async remove(sub: string): Promise<boolean> {
    const [row] = await this.#database.rows(
      sql`delete from base_recovery_codes where sub = ${sub} returning ${flag(sql`cardinality(hashes) > 0`, 'had')}`,
    )
    return row !== undefined && isSet(row, 'had')
  }
}
