import { migrate } from '@base/drizzle/migrate'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { Config } from '../config.ts'
import { migrations } from './migrations.ts'

/** A PostgreSQL server, through a pool of connections that are opened when they are needed. */
export function openDatabase({ databaseUrl }: Config) {
  const pool = new pg.Pool({
    connectionString: databaseUrl.reveal(),
    max: 10,
    connectionTimeoutMillis: 5_000,
  })
  // Of a connection that breaks while it is idle: the pool opens another.
  pool.on('error', () => {})
  const db = drizzle(pool)
  const part = { name: 'database', start: () => migrate(db, migrations), stop: () => pool.end() }
  return { db, part }
}
