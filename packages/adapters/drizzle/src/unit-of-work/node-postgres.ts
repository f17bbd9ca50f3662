import { untilAborted } from '@base/core/abort'
import { checkMethods } from '@base/core/options'
import type { PgDialect } from 'drizzle-orm/pg-core'
import type { Pool, PoolClient } from 'pg'
import { giveBack, takeConnection } from '../connection.js'
import { withFailures } from '../failures/failures.js'
import { tellOfEnd } from '../pool/tell-of-end.js'
import {
  type DatabaseTransaction,
  modesOf,
  type OpenOptions,
  type UnitDatabase,
  unitDatabase,
} from './database.js'
import { dialectOf, type UnitDatabaseOptions } from './dialect.js'
import { PoolBegin } from './pool-begin.js'
import { PoolTransaction } from './pool-transaction.js'
import { watchPool } from './pool-watch.js'
import type { DrizzleDriver } from './transaction-executor.js'

/**
 * Units of work on a pool of node-postgres. Each takes one connection and gives it back, or has the pool close it where
 * nobody knows its state. BEGIN goes along with the first statement, unless somebody else wraps the client's `query`: a unit
 * without one asks the database nothing.
 *
 * The pool's `connect` is watched from now on: it refuses, with a {@link NestedRootQueryError}, to wait for a connection
 * within a unit where all of them are held by units that wait for one. Whoever waits for one while the pool is ended is told so.
 *
 * @example
 * const unitOfWork = drizzleUnitOfWork(nodePostgres(pool), (executor) => ({
 *   orders: drizzleRepository({ executor, table: orders }),
 * }))
 *
 * @throws InvalidOptionError where it is no pool, or an option is none.
 */
export function nodePostgres(pool: Pool, options: UnitDatabaseOptions = {}): UnitDatabase {
  checkMethods(pool, ['connect', 'query'], {
    package: '@base/drizzle',
    pattern: 'nodePostgres',
    option: 'pool',
  })
  const dialect = dialectOf(pool, options, 'nodePostgres')
  watchPool(pool)
  tellOfEnd(pool)
  return unitDatabase(pool, (unit) => withFailures(() => open(pool, dialect, unit)))
}

let sessions: typeof import('drizzle-orm/node-postgres') | undefined

async function open(pool: Pool, dialect: PgDialect, unit: OpenOptions): Promise<DatabaseTransaction> {
  const { signal, clock } = unit
  // Lazily, for who uses PGlite alone has no pg; and once, for to import again asks the loader again.
  sessions ??= await import('drizzle-orm/node-postgres')
  const { NodePgSession, NodePgTransaction } = sessions
  const client = await checkOut(pool, signal)
  const begin = new PoolBegin(client, `begin${modesOf(unit)}`, signal)
  const driver: DrizzleDriver = {
    session: () => new NodePgSession(begin.client as unknown as PoolClient, dialect, undefined),
    transaction: (session, depth) => new NodePgTransaction(dialect, session as never, undefined, depth),
  }
  return new PoolTransaction({ pool, client, begin, driver, signal, clock })
}

/** A connection; one that comes after the abort goes back at once. */
async function checkOut(pool: Pool, signal: AbortSignal): Promise<PoolClient> {
  signal.throwIfAborted()
  const connected = takeConnection(pool)
  try {
    return await untilAborted(connected, signal)
  } catch (error) {
    connected.then((client) => giveBack(client, true)).catch(() => {})
    throw error
  }
}
