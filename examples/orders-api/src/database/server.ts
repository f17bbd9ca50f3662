import { type Duration, toMilliseconds } from '@base/core/duration'
import type { Secret } from '@base/core/secret'
import { drizzleLock } from '@base/drizzle/lock'
import { migrate } from '@base/drizzle/migrate'
import { nodePostgres } from '@base/drizzle/unit-of-work'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { Database } from './database.ts'

/**
 * The database of a PostgreSQL server, through a pool of connections that are opened when they are needed.
 *
 * @param timeout how long it may take for an answer, for a server that froze keeps its connections.
 */
export function openServer(url: Secret<string>, timeout: Duration): Database {
  const pool = openPool(url, { max: 10, query_timeout: toMilliseconds(timeout) })
  const db = drizzle(pool)
  return {
    db,
    units: nodePostgres(pool),
    lock: drizzleLock(db),
    lockId: 'database',
    migrate: async (migrations) => {
      // Without the limit: a step takes as long as the table is large, and one instance waits for the steps of another.
      const patient = openPool(url, { max: 1 })
      await migrate(drizzle(patient), migrations).finally(() => patient.end())
    },
    close: () => pool.end(),
  }
}

function openPool(url: Secret<string>, options: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ connectionString: url.reveal(), connectionTimeoutMillis: 5_000, ...options })
  // Of a connection that breaks while it is idle: the pool opens another, and whoever needs it hears where it cannot.
  pool.on('error', () => {})
  return pool
}
