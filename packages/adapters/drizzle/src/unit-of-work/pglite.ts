import { UnsupportedError } from '@base/core/errors'
import { checkMethods } from '@base/core/options'
import type { PGlite, Transaction } from '@electric-sql/pglite'
import type { PgDialect } from 'drizzle-orm/pg-core'
import { withFailures } from '../failures/failures.js'
import { tellStatement } from '../statement-watch/tell-statement.js'
import { modesOf, type Open, type UnitDatabase, unitDatabase } from './database.js'
import { dialectOf, type UnitDatabaseOptions } from './dialect.js'
import { HeldTransaction } from './held-transaction.js'
import { NestedRootQueryError } from './nested-root-query-error.js'
import { PgliteTransaction } from './pglite-transaction.js'
import { watchClient } from './pglite-watch.js'
import { unitsAround } from './scope.js'
import type { DrizzleDriver } from './transaction-executor.js'

/**
 * Units of work on a client of PGlite, which has one connection: units run one after the other, and `requires_new` within
 * one is an UnsupportedError. An abort takes effect between statements, for PGlite cannot be interrupted in one.
 *
 * The client is watched from now on: what is called within a unit and would wait for it is refused with a
 * {@link NestedRootQueryError}.
 *
 * A bundler wants PGlite to be there also where only a server is used, for drizzle's own module imports it: mark
 * `drizzle-orm/pglite` as external then. Nobody imports it at run time.
 *
 * @example
 * const unitOfWork = drizzleUnitOfWork(pglite(client), (executor) => ({
 *   orders: drizzleRepository({ executor, table: orders }),
 * }))
 *
 * @throws InvalidOptionError where it is no client, or an option is none.
 */
export function pglite(client: PGlite, options: UnitDatabaseOptions = {}): UnitDatabase {
  checkMethods(client, ['query', 'exec', 'transaction'], {
    package: '@base/drizzle',
    pattern: 'pglite',
    option: 'client',
  })
  const dialect = dialectOf(client, options, 'pglite')
  const transaction = watchClient(client)
  const open: Open = async (begin) => {
    const { signal } = begin
    const held = await tellStatement({ sql: 'begin' }, () => HeldTransaction.open(transaction, signal))
    try {
      const modes = modesOf(begin)
      const sql = `set transaction${modes}`
      if (modes !== '') await tellStatement({ sql }, () => held.tx.exec(sql))
      signal.throwIfAborted()
      return new PgliteTransaction(held, await driverOf(held.tx, dialect), signal)
    } catch (error) {
      await held.undo()
      throw error
    }
  }
  return unitDatabase(client, async (begin) => {
    refuseWithin(client, begin.owner)
    return withFailures(() => open(begin))
  })
}

/** Imported lazily, for who uses a server alone has no PGlite. */
async function driverOf(tx: Transaction, dialect: PgDialect): Promise<DrizzleDriver> {
  const { PgliteSession, PgliteTransaction: DrizzleTransaction } = await import('drizzle-orm/pglite')
  return {
    session: () => new PgliteSession(tx as never, dialect, undefined),
    transaction: (session, depth) => new DrizzleTransaction(dialect, session as never, undefined, depth),
  }
}

function refuseWithin(client: PGlite, owner: object): void {
  const [around] = unitsAround(client)
  if (around === undefined) return
  if (around.owner !== owner) throw new NestedRootQueryError()
  throw new UnsupportedError({
    message:
      "PGlite has one connection: 'requires_new' within a unit is not available. Use 'nested', or a server.",
  })
}
