import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import { StartError } from '../config.ts'
import type { ObserveStatements } from '../telemetry/statements.ts'
import type { Database } from './database.ts'
import { databaseAway } from './errors.ts'
import { MIGRATIONS } from './migrations.ts'

/** Any number, the same for all instances. */
const MIGRATION_LOCK = 7_209_114
const CONNECT_TIMEOUT = 5_000

/**
 * The database of a PostgreSQL server.
 *
 * @param timeout how long it may take for an answer: the server cancels a statement shortly before, and one that froze and
 * cannot is waited for no longer.
 * @throws StartError where no server answers.
 */
export async function openServer(
  url: string,
  timeout: number,
  observe: ObserveStatements,
): Promise<Database> {
  try {
    await bringUpToDate(url)
  } catch (error) {
    const away = databaseAway(error)
    throw away === undefined ? error : new StartError(away.message)
  }
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    statement_timeout: Math.ceil(timeout * 0.9),
    query_timeout: timeout,
    idle_in_transaction_session_timeout: 30_000,
  })
  // Of a connection that breaks while it is idle: the pool opens another, and whoever needs it hears where it cannot.
  pool.on('error', () => {})
  observe(pool)
  pool.on('connect', observe)
  return { db: drizzle(pool), close: () => pool.end() }
}

/** One instance at a time, for drizzle's migrator knows no lock; and without a limit, for a step takes as long as a table is large. */
async function bringUpToDate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    await migrate(drizzle(client), MIGRATIONS)
  } finally {
    // With its connection the lock ends too.
    await client.end()
  }
}
