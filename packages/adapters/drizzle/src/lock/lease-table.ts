import type { Clock } from '@base/core/clock'
import { type SQL, sql } from 'drizzle-orm'
import { type Executor, rowsOf } from '../executor.js'
import { withFailures } from '../failures/failures.js'
import { migrate } from '../migrate/migrate.js'
import { watchStatements } from '../statement-watch/watch-statements.js'
import { lockMigrations } from './lock-migrations.js'

/**
 * The leases, a row for each key that was ever locked. A row stays when its lease ends: the next holder updates it, under
 * its row lock, and takes its token there, so that tokens grow in the order in which the key is held.
 */
export class LeaseTable {
  readonly #executor: Executor
  readonly #clock: Clock | undefined
  #ready: Promise<void> | undefined

  constructor(executor: Executor, clock: Clock | undefined) {
    this.#executor = watchStatements(executor)
    this.#clock = clock
  }

  /** Takes the lease of a key for so many milliseconds: its token, or `undefined` where another holds it. */
  async take(key: string, ttl: number): Promise<bigint | undefined> {
    await this.#prepare()
    const now = this.#now()
    const [row] = await this.#rows(sql`
      insert into base_locks as lease (key, token, expires_at)
      values (${key}, nextval('base_lock_tokens'), ${after(now, ttl)})
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
    const rows = await this.#rows(sql`
      update base_locks set expires_at = ${expiresAt}
      where key = ${key} and token = ${token.toString()}::bigint and expires_at > ${now}
      returning 1`)
    return rows.length > 0
  }

  /** By the database's clock, which all processes share, unless there is another. */
  #now(): SQL {
    if (this.#clock === undefined) return sql`clock_timestamp()`
    return sql`${new Date(this.#clock.now()).toISOString()}::timestamptz`
  }

  async #rows(statement: SQL): Promise<readonly Record<string, unknown>[]> {
    return withFailures(async () => rowsOf(await this.#executor.execute(statement)))
  }

  /** Creates the table where it is missing; asked once. */
  async #prepare(): Promise<void> {
    this.#ready ??= this.#create().catch((error: unknown) => {
      this.#ready = undefined
      throw error
    })
    await this.#ready
  }

  async #create(): Promise<void> {
    const [row] = await this.#rows(sql`select to_regclass('base_locks')::text as there`)
    if (row?.['there'] === null) await migrate(this.#executor, lockMigrations)
  }
}

function after(now: SQL, ttl: number): SQL {
  return sql`${now} + ${ttl}::double precision * interval '1 millisecond'`
}
