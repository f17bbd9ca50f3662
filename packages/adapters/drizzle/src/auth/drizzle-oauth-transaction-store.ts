import type { OAuthTransactionStore } from '@base/auth/oauth'
import { sql } from 'drizzle-orm'
import type { Executor } from '../executor.js'
import { AuthDatabase, after, type DrizzleAuthStoreOptions, swept, textOf } from './auth-database.js'

/**
 * Keeps the sign-ins that wait in the table `base_oauth_transactions`, for many processes: an `OAuthTransactionStore` of
 * `@base/auth`. Taking one deletes its row, so of many who ask at once one gets it; if that one's answer is lost, the user signs
 * in again.
 *
 * The table is created at the first use where it is missing. Sign-ins that are over are taken away as others begin.
 *
 * @example
 * const client = createOidcClient({ ...google(), clientId: 'shop', transactions: drizzleOAuthTransactionStore(db) })
 *
 * @throws InvalidOptionError for an executor or a clock that is none.
 */
export function drizzleOAuthTransactionStore(
  executor: Executor,
  options: DrizzleAuthStoreOptions = {},
): OAuthTransactionStore {
  const tables = ['base_oauth_transactions']
  return new DrizzleOAuthTransactionStore(
    new AuthDatabase('drizzleOAuthTransactionStore', executor, options, tables),
  )
}

class DrizzleOAuthTransactionStore implements OAuthTransactionStore {
  readonly #database: AuthDatabase

  constructor(database: AuthDatabase) {
    this.#database = database
  }

  async put(key: string, transaction: string, ttl: number): Promise<void> {
    await this.#database.rows(sql`
      with ${this.#database.clock},
      ${swept('base_oauth_transactions', 'key', sql`expires_at <= clock.now and key <> ${key}`)}
      insert into base_oauth_transactions (key, transaction, expires_at)
      select ${key}, ${transaction}, ${after(ttl)} from clock
      on conflict (key) do update set transaction = excluded.transaction, expires_at = excluded.expires_at`)
  }

  async take(key: string): Promise<string | undefined> {
    const [row] = await this.#database.rows(sql`
      with ${this.#database.clock},
      taken as (delete from base_oauth_transactions where key = ${key} returning transaction, expires_at)
      select transaction from taken, clock where expires_at > clock.now`)
    return row && textOf(row, 'transaction')
  }
}
