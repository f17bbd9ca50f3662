import type { Clock } from '@base/core/clock'
import { type SQL, sql } from 'drizzle-orm'
import type { Executor } from '../executor.js'
import { after, present } from '../own-tables/moment.js'
import { OwnTables } from '../own-tables/own-tables.js'
import { lockMigrations } from './lock-migrations.js'
import { storedKey } from './stored-key.js'

/**
 * The leases, a row for each key that was ever locked. A row stays when its lease ends: the next holder updates it, under
 * its row lock, and takes its token there, so that tokens grow in the order in which the key is held.
 */
export class LeaseTable {
  readonly #tables: OwnTables
  readonly #clock: Clock | undefined

  constructor(executor: Executor, clock: Clock | undefined) {
    this.#tables = new OwnTables(executor, ['base_locks'], lockMigrations)
    this.#clock = clock
  }

  /** Takes the lease of a key for so many milliseconds: its token, or `undefined` where another holds it. */
  async take(key: string, ttl: number): Promise<bigint | undefined> {
    await this.#tables.prepare()
    const now = this.#now()
    const [row] = await this.#tables.rows(sql`
      insert into base_locks as lease (key, token, expires_at)
      values (${await storedKey(key)}, nextval('base_lock_tokens'), ${after(now, ttl)})
      on conflict (key) do update
      set token = nextval('base_lock_tokens'), expires_at = ${after(now, ttl)}
      where lease.expires_at <= ${now}
      returning token::text`)
    return row === undefined ? undefined : BigInt(row['token'] as string)
  }

  /** Lets a lease last so many milliseconds from now; false where it is not held any more. */
  async extend(key: string, token: bigint, ttl: number): Promise<boolean> {
    const now = this.#now()
    return this.#update(key, token, now, after(now, ttl))
  }

  /** Ends a lease; false where it is not held any more. */
  async end(key: string, token: bigint): Promise<boolean> {
    return this.#update(key, token, this.#now(), sql`'-infinity'`)
  }

  async #update(key: string, token: bigint, now: SQL, expiresAt: SQL): Promise<boolean> {
    return this.#tables.hits(sql`
      update base_locks set expires_at = ${expiresAt}
      where key = ${await storedKey(key)} and token = ${token.toString()}::bigint and expires_at > ${now}
      returning 1`)
  }

  #now(): SQL {
    return present(this.#clock, sql`clock_timestamp()`)
  }
}
