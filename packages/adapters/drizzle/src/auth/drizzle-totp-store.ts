import type { StoredTotp, TotpAttempt, TotpLimit, TotpStore } from '@base/auth/totp'
import { sql } from 'drizzle-orm'
import type { Executor } from '../executor.js'
import { flag, isSet } from '../own-tables/flag.js'
import type { Row } from '../own-tables/own-tables.js'
import {
  AuthDatabase,
  after,
  type DrizzleAuthStoreOptions,
  milliseconds,
  textOf,
  timeOf,
} from './auth-database.js'

/**
 * Keeps authenticator secrets in the table `base_totp`, for many processes: a `TotpStore` of `@base/auth`. A code is taken, and an
 * attempt counted, by one statement on one row, which those that come at once wait for.
 *
 * The table is created at the first use where it is missing. Whoever reads it, or a backup of it, can make codes, so give
 * `createTotp` a cipher.
 *
 * @example
 * const totp = createTotp({ store: drizzleTotpStore(db), issuer: 'Example Shop', cipher })
 *
 * @throws InvalidOptionError for an executor or a clock that is none.
 */
export function drizzleTotpStore(executor: Executor, options: DrizzleAuthStoreOptions = {}): TotpStore {
  return new DrizzleTotpStore(new AuthDatabase('drizzleTotpStore', executor, options, ['base_totp']))
}

class DrizzleTotpStore implements TotpStore {
  readonly #database: AuthDatabase

  constructor(database: AuthDatabase) {
    this.#database = database
  }

  async enroll(sub: string, secret: string): Promise<void> {
    await this.#database.rows(sql`
      insert into base_totp (sub, pending, attempts) values (${sub}, ${secret}, 0)
      on conflict (sub) do update set pending = excluded.pending`)
  }

  async attempt(sub: string, { attempts, lockFor }: TotpLimit): Promise<TotpAttempt> {
    // A row that is tried has no lock, or one that is over, after which the count begins anew.
    const count = sql`(case when locked_until is null then attempts else 0 end + 1)`
    const [row] = await this.#database.rows(sql`
      with ${this.#database.clock},
      tried as (
        update base_totp set
          attempts = ${count},
          locked_until = case when ${count} >= ${attempts}::bigint then ${after(lockFor)} end
        from clock
        where sub = ${sub} and (locked_until is null or locked_until <= clock.now)
        returning sub, active, pending
      )
      select ${flag(sql`tried.sub is not null`, 'is_open')}, tried.active, tried.pending
      from base_totp as known left join tried on tried.sub = known.sub where known.sub = ${sub}`)
    if (row === undefined) return { status: 'unknown' }
    return isSet(row, 'is_open') ? { status: 'open', ...secretsOf(row) } : { status: 'locked' }
  }

  async accept(sub: string, secret: string, step: number): Promise<boolean> {
    return this.#database.hits(sql`
      update base_totp set
        active = ${secret}, pending = nullif(pending, ${secret}),
        last_step = ${String(step)}::bigint, attempts = 0, locked_until = null
      where sub = ${sub} and (pending = ${secret} or (active = ${secret} and last_step < ${String(step)}::bigint))
      returning 1`)
  }

  async find(sub: string): Promise<StoredTotp | undefined> {
    const [row] = await this.#database.rows(sql`
      with ${this.#database.clock}
      select active, pending, ${flag(sql`locked_until > clock.now`, 'is_locked')}, ${milliseconds('locked_until')}
      from base_totp, clock where sub = ${sub}`)
    if (row === undefined) return undefined
    const lockedUntil = isSet(row, 'is_locked') ? timeOf(row, 'locked_until') : undefined
    return { ...secretsOf(row), lockedUntil }
  }

  async remove(sub: string): Promise<boolean> {
    return this.#database.hits(sql`delete from base_totp where sub = ${sub} returning 1`)
  }
}

function secretsOf(row: Row): Pick<StoredTotp, 'active' | 'pending'> {
  return { active: textOf(row, 'active'), pending: textOf(row, 'pending') }
}
