import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import { type Problem, unavailable } from '../problem.ts'
import { databaseAway, errorCode } from './errors.ts'

/** Drizzle on a database, or within a transaction. */
export type Db = PgDatabase<PgQueryResultHKT>
/** Drizzle within a transaction. */
export type Transaction = Parameters<Parameters<Db['transaction']>[0]>[0]

/** A database whose tables are up to date. */
export interface Database {
  readonly db: Db
  close(): Promise<void>
}

/** Serialization failure and deadlock: nothing was done, and the next time goes well. */
const TRANSIENT = ['40001', '40P01']
const ATTEMPTS = 3

/**
 * Runs work in a transaction, and again where the database says so; it may do nothing that is not undone.
 *
 * @throws 503 `COMMIT_UNKNOWN` where the database was lost while it committed: then it may be done.
 */
export async function inTransaction<T>(db: Db, work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    let isDone = false
    try {
      return await db.transaction(async (tx) => {
        const result = await work(tx)
        isDone = true
        return result
      })
    } catch (error) {
      if (isDone && databaseAway(error)) throw commitUnknown(error)
      if (attempt === ATTEMPTS || !TRANSIENT.includes(errorCode(error) ?? '')) throw error
    }
  }
}

function commitUnknown(cause: unknown): Problem {
  const message = 'The database was lost while it committed: the change may have been made.'
  return unavailable(message, { cause }, 'COMMIT_UNKNOWN')
}
