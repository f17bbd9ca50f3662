import { migrate } from '@base/drizzle/migrate'
import { guardPool } from '@base/drizzle/pool'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { Config } from '../config.ts'
import { migrations } from './migrations.ts'

/** A PostgreSQL server, through a pool of connections that are opened when they are needed. Requests wait 10 s for an answer of it. */
export function openDatabase({ databaseUrl }: Pick<Config, 'databaseUrl'>) {
  const connectionString = databaseUrl.reveal()
  // The server cancels what is late, and with it what waits there for a lock; one that froze does not, and is waited for no longer.
  const pool = openPool({ connectionString, max: 10, statement_timeout: 9_000, query_timeout: 10_000 })
  const db = drizzle(pool)
  const start = async () => {
    // A step of a large table, or of another process before this one, takes as long as it takes.
    const patient = openPool({ connectionString, max: 1 })
    await migrate(drizzle(patient), migrations).finally(() => patient.end())
  }
  return { db, part: { name: 'database', start, stop: () => pool.end() } }
}

function openPool(settings: pg.PoolConfig): pg.Pool {
  return guardPool(new pg.Pool({ connectionTimeoutMillis: 5_000, allowExitOnIdle: true, ...settings }))
}
