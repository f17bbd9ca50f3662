import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import { StartError } from '../config.ts'
import type { Database } from './database.ts'
import { databaseAway } from './errors.ts'
import { MIGRATIONS } from './migrations.ts'

/** Any number, the same for all instances. */
const MIGRATION_LOCK = 7_209_114

/** The database of a PostgreSQL server. @throws StartError where no server answers. */
export async function openServer(url: string): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
    idle_in_transaction_session_timeout: 30_000,
  })
  // Of a connection that breaks while it is idle: the pool opens another, and whoever needs it hears where it cannot.
  pool.on('error', () => {})
  try {
    await bringUpToDate(pool)
  } catch (error) {
    await pool.end()
    const away = databaseAway(error)
    throw away === undefined ? error : new StartError(away.message)
  }
  return { db: drizzle(pool), close: () => pool.end() }
}

/** One instance at a time, for drizzle's migrator knows no lock. */
async function bringUpToDate(pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    await migrate(drizzle(client), MIGRATIONS)
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK])
    client.release()
  } catch (error) {
    // With its connection the lock ends too.
    client.release(true)
    throw error
  }
}
