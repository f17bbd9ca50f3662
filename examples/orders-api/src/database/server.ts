import type { Secret } from '@base/core/secret'
import { drizzleLock } from '@base/drizzle/lock'
import { nodePostgres } from '@base/drizzle/unit-of-work'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { Database } from './database.ts'

/** The database of a PostgreSQL server, through a pool of connections that are opened when they are needed. */
export function openServer(url: Secret<string>): Database {
  const pool = new pg.Pool({ connectionString: url.reveal(), max: 10, connectionTimeoutMillis: 5_000 })
  // Of a connection that breaks while it is idle: the pool opens another, and whoever needs it hears where it cannot.
  pool.on('error', () => {})
  const db = drizzle(pool)
  return {
    db,
    units: nodePostgres(pool),
    lock: drizzleLock(db),
    lockId: 'database',
    close: () => pool.end(),
  }
}
