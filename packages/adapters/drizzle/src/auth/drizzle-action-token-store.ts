import type {
  ActionTokenKey,
  ActionTokenStore,
  NewActionToken,
  StoredActionToken,
} from '@base/auth/action-tokens'
import { type SQL, sql } from 'drizzle-orm'
import type { Executor } from '../executor.js'
import type { Row } from '../own-tables/own-tables.js'
import {
  AuthDatabase,
  after,
  type DrizzleAuthStoreOptions,
  milliseconds,
  swept,
  textOf,
  timeOf,
} from './auth-database.js'

/**
 * Keeps the hashes of action tokens in the table `base_action_tokens`, for many processes: an `ActionTokenStore` of `@base/auth`.
 *
 * The table is created at the first use where it is missing. Tokens that are over are taken away as others are added.
 *
 * @example
 * const resets = createActionTokens({ store: drizzleActionTokenStore(db), purpose: 'reset' })
 *
 * @throws InvalidOptionError for an executor or a clock that is none.
 */
export function drizzleActionTokenStore(
  executor: Executor,
  options: DrizzleAuthStoreOptions = {},
): ActionTokenStore {
  const tables = ['base_action_tokens']
  return new DrizzleActionTokenStore(new AuthDatabase('drizzleActionTokenStore', executor, options, tables))
}

const COLUMNS: SQL = sql`sub, data, state, ${milliseconds('expires_at')}`

class DrizzleActionTokenStore implements ActionTokenStore {
  readonly #database: AuthDatabase

  constructor(database: AuthDatabase) {
    this.#database = database
  }

  async add({ handle, hash, purpose, sub, data, state, ttl }: NewActionToken): Promise<void> {
    await this.#database.rows(sql`
      with ${this.#database.clock},
      ${swept('base_action_tokens', 'handle', sql`expires_at <= clock.now`)}
      insert into base_action_tokens (handle, hash, purpose, sub, data, state, expires_at)
      select ${handle}, ${hash}, ${purpose}, ${sub}, ${data}, ${state ?? null}, ${after(ttl)} from clock`)
  }

  async find(key: ActionTokenKey): Promise<StoredActionToken | undefined> {
    const [row] = await this.#database.rows(sql`
      with ${this.#database.clock}
      select ${COLUMNS} from base_action_tokens, clock where ${isGood(key)}`)
    return row && tokenOf(row)
  }

  async take(key: ActionTokenKey): Promise<StoredActionToken | undefined> {
    const [row] = await this.#database.rows(sql`
      with ${this.#database.clock},
      found as materialized (select purpose, sub from base_action_tokens, clock where ${isGood(key)}),
      ${deleted(sql`(purpose, sub) in (select purpose, sub from found)`)}
      select ${COLUMNS} from deleted where handle = ${key.handle}`)
    return row && tokenOf(row)
  }

  async removeAll(purpose: string, sub: string): Promise<number> {
    const [row] = await this.#database.rows(sql`
      with ${this.#database.clock},
      ${deleted(sql`purpose = ${purpose} and sub = ${sub}`)}
      select count(*)::text as good from deleted, clock where expires_at > clock.now`)
    return Number(row?.['good'])
  }
}

function isGood({ handle, hash, purpose }: ActionTokenKey): SQL {
  return sql`handle = ${handle} and hash = ${hash} and purpose = ${purpose} and expires_at > clock.now`
}

/** Locks before it deletes, in one order, so that those who end the same tokens at once wait, and find nothing. */
function deleted(isMeant: SQL): SQL {
  return sql`
    locked as materialized (select handle from base_action_tokens where ${isMeant} order by handle for update),
    deleted as (delete from base_action_tokens where handle in (select handle from locked) returning *)`
}

function tokenOf(row: Row): StoredActionToken {
  return {
    sub: row['sub'] as string,
    data: row['data'] as string,
    state: textOf(row, 'state'),
    expiresAt: timeOf(row, 'expires_at'),
  }
}
