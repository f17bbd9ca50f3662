import { migrate } from '@base/drizzle/migrate'
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
  const pool = new pg.Pool({ connectionTimeoutMillis: 5_000, allowExitOnIdle: true, ...settings })
  // Of a connection that breaks while it is idle: the pool opens another.
  pool.on('error', () => {})
  pool.on('connect', closeWhenOverdue)
  return pool
}

/** Closes a connection whose answer is overdue: in a transaction that stands open on it, what others write next would be lost. */
function closeWhenOverdue(client: pg.PoolClient): void {
  // Of one that breaks between two statements: the next one tells.
  client.on('error', () => {})
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  const bounded = (...args: unknown[]) => {
    const answer = query(...args)
    if (answer instanceof Promise)
      answer.catch(({ message }) => {
        if (message === 'Query read timeout') void (client as unknown as pg.Client).end()
      })
    return answer
  }
  client.query = bounded as typeof client.query
}
