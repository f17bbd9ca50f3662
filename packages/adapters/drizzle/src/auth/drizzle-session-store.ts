import type {
  NewStoredSession,
  SessionChange,
  SessionKey,
  SessionStore,
  StoredSession,
} from '@base/auth/tokens'
import { type SQL, sql } from 'drizzle-orm'
import type { Executor } from '../executor.js'
import { flag, isSet } from '../own-tables/flag.js'
import type { Row } from '../own-tables/own-tables.js'
import {
  AuthDatabase,
  after,
  type DrizzleAuthStoreOptions,
  milliseconds,
  swept,
  timeOf,
} from './auth-database.js'

/**
 * Keeps sessions in the table `base_sessions`, for many processes: a `SessionStore` of `@base/auth`.
 *
 * The table is created at the first use where it is missing. Sessions that are over are taken away as others begin.
 *
 * @example
 * const sessions = createSessions({ store: drizzleSessionStore(db) })
 *
 * @throws InvalidOptionError for an executor or a clock that is none.
 */
export function drizzleSessionStore(executor: Executor, options: DrizzleAuthStoreOptions = {}): SessionStore {
  return new DrizzleSessionStore(
    new AuthDatabase('drizzleSessionStore', executor, options, ['base_sessions']),
  )
}

const TIMES = ['created_at', 'last_seen_at', 'idle_expires_at', 'expires_at'] as const
const COLUMNS: SQL = sql`handle, sub, data, ${sql.join(TIMES.map(milliseconds), sql`, `)}`

class DrizzleSessionStore implements SessionStore {
  readonly #database: AuthDatabase

  constructor(database: AuthDatabase) {
    this.#database = database
  }

  async create({ handle, hash, sub, data, idleTtl, absoluteTtl }: NewStoredSession): Promise<void> {
    await this.#database.rows(sql`
      with ${this.#database.clock},
      ${swept('base_sessions', 'handle', sql`idle_expires_at <= clock.now`)}
      insert into base_sessions (handle, hash, sub, data, created_at, last_seen_at, idle_expires_at, expires_at)
      select ${handle}, ${hash}, ${sub}, ${data}, clock.now, clock.now,
        least(${after(idleTtl)}, ${after(absoluteTtl)}), ${after(absoluteTtl)} from clock`)
  }

  async get({ handle, hash }: SessionKey): Promise<StoredSession | undefined> {
    const [row] = await this.#database.rows(sql`
      with ${this.#database.clock}
      select ${COLUMNS} from base_sessions, clock
      where handle = ${handle} and hash = ${hash} and idle_expires_at > clock.now`)
    return row && sessionOf(row)
  }

  async change({ handle, hash }: SessionKey, change: SessionChange): Promise<StoredSession | undefined> {
    const changes = [
      sql`hash = ${change.hash ?? hash}`,
      ...(change.data === undefined ? [] : [sql`data = ${change.data}`]),
      ...(change.idleTtl === undefined
        ? []
        : [sql`last_seen_at = clock.now, idle_expires_at = least(${after(change.idleTtl)}, expires_at)`]),
    ]
    const [row] = await this.#database.rows(sql`
      with ${this.#database.clock}
      update base_sessions set ${sql.join(changes, sql`, `)} from clock
      where handle = ${handle} and hash = ${hash} and idle_expires_at > clock.now
      returning ${COLUMNS}`)
    return row && sessionOf(row)
  }

  async destroy(handle: string, hash: string | undefined): Promise<boolean> {
    const isIt = hash === undefined ? sql`handle = ${handle}` : sql`handle = ${handle} and hash = ${hash}`
    return (await this.#delete(isIt)) > 0
  }

  async destroyAll(sub: string): Promise<number> {
    return this.#delete(sql`sub = ${sub}`)
  }

  async list(sub: string): Promise<readonly StoredSession[]> {
    const rows = await this.#database.rows(sql`
      with ${this.#database.clock}
      select ${COLUMNS} from base_sessions, clock where sub = ${sub} and idle_expires_at > clock.now
      order by base_sessions.created_at, handle`)
    return rows.map(sessionOf)
  }

  /** How many of those that are meant were alive. */
  async #delete(isMeant: SQL): Promise<number> {
    const rows = await this.#database.rows(sql`
      with ${this.#database.clock}
      delete from base_sessions using clock where ${isMeant}
      returning ${flag(sql`idle_expires_at > clock.now`, 'alive')}`)
    return rows.filter((row) => isSet(row, 'alive')).length
  }
}

function sessionOf(row: Row): StoredSession {
  return {
    handle: row['handle'] as string,
    sub: row['sub'] as string,
    data: row['data'] as string,
    createdAt: timeOf(row, 'created_at'),
    lastSeenAt: timeOf(row, 'last_seen_at'),
    idleExpiresAt: timeOf(row, 'idle_expires_at'),
    expiresAt: timeOf(row, 'expires_at'),
  }
}
