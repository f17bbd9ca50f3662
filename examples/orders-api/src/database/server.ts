import { type Duration, toMilliseconds } from '@base/core/duration'
import type { Secret } from '@base/core/secret'
import { drizzleLock } from '@base/drizzle/lock'
import { migrate } from '@base/drizzle/migrate'
import { guardPool, prepareStatements } from '@base/drizzle/pool'
import { nodePostgres } from '@base/drizzle/unit-of-work'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { Database } from './database.ts'

/** How many the service has open at the server; a migration has one more. */
export const MOST_CONNECTIONS = 10

/**
 * The database of a PostgreSQL server, through a pool of connections that are opened when they are needed.
 *
 * @param timeout how long it may take for an answer: the server cancels a statement shortly before, and one that froze and
 * cannot is waited for no longer.
 */
export function openServer(url: Secret<string>, timeout: Duration): Database {
  const limit = toMilliseconds(timeout)
  // By `query_timeout` alone a statement waits on at the server, say for a lock, with a connection that the pool replaces.
  const limits = { statement_timeout: Math.ceil(limit * 0.9), query_timeout: limit }
  const pool = prepareStatements(openPool(url, { max: MOST_CONNECTIONS, ...limits }))
  const db = drizzle(pool)
  return {
    db,
    units: nodePostgres(pool),
    lock: drizzleLock(db),
    lockId: 'database',
    migrate: async (migrations) => {
      // Without the limits: a step takes as long as the table is large, and one instance waits for the steps of another.
      const patient = openPool(url, { max: 1 })
      await migrate(drizzle(patient), migrations).finally(() => patient.end())
    },
    close: () => pool.end(),
  }
}

function openPool(url: Secret<string>, options: pg.PoolConfig): pg.Pool {
  const always = { connectionTimeoutMillis: 5_000, allowExitOnIdle: true }
  return guardPool(new pg.Pool({ connectionString: url.reveal(), ...always, ...options }))
}
