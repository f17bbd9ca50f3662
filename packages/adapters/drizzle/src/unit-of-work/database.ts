import type { Clock } from '@base/core/clock'
import type { BeginOptions } from '@base/domain/unit-of-work'
import type { TransactionStatements } from './statements.js'
import type { DrizzleDriver } from './transaction-executor.js'

/** Where units of work are opened: `nodePostgres(pool)` or `pglite(client)`. */
export interface UnitDatabase {
  /** The pool or the client. */
  readonly resource: object
}

/** A transaction that is open on a connection of its own. */
export interface DatabaseTransaction {
  /** Its statements. */
  readonly statements: TransactionStatements
  /** Drizzle on it. */
  readonly driver: DrizzleDriver
  /** Sends a statement without parameters and without a result. */
  command(statement: string): Promise<void>
  /** Commits and gives the connection back; rejects where it was rolled back. */
  commit(): Promise<void>
  /** Rolls back and gives the connection back. */
  rollback(): Promise<void>
}

/** What a transaction is opened with, and for whom. */
export interface OpenOptions extends BeginOptions {
  readonly clock: Clock
  /** The unit of work that opens it. */
  readonly owner: object
}

/** Opens a transaction; what it took is given back where that fails. */
export type Open = (options: OpenOptions) => Promise<DatabaseTransaction>

const opens = new WeakMap<UnitDatabase, Open>()

/** A database on which transactions are opened so. */
export function unitDatabase(resource: object, open: Open): UnitDatabase {
  const database: UnitDatabase = Object.freeze({ resource })
  opens.set(database, open)
  return database
}

/** How transactions are opened on a database; `undefined` where it is none of {@link unitDatabase}. */
export function openOf(database: UnitDatabase): Open | undefined {
  return opens.get(database)
}

/** The modes of a transaction in SQL, the empty text where they are the database's own. */
export function modesOf({ isolation, readOnly }: BeginOptions): string {
  return `${isolation === undefined ? '' : ` isolation level ${isolation}`}${readOnly ? ' read only' : ''}`
}
