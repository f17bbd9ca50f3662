import { TransactionClosedError } from '@base/domain/unit-of-work'
import type { PgQueryResultHKT, PgSession, PgTransaction } from 'drizzle-orm/pg-core'
import { type Executor, markTransaction } from '../executor.js'
import { notePartAlone } from '../in-transaction.js'
import { type PreparedQuery, runThrough } from '../prepared-query.js'
import { watchSession } from '../statement-watch/watch-statements.js'
import type { Savepoints } from './savepoints.js'
import type { TransactionStatements } from './statements.js'
import { refusalOf } from './transaction-control.js'

// biome-ignore lint/suspicious/noExplicitAny: drizzle's sessions of both drivers fit no narrower type.
type Session = PgSession<PgQueryResultHKT, any, any>
// biome-ignore lint/suspicious/noExplicitAny: the same of its transactions.
type Transaction = PgTransaction<PgQueryResultHKT, any, any>

/** What drizzle has for one driver. */
export interface DrizzleDriver {
  /** Makes the session of an open connection. */
  session(): Session
  /** Makes a transaction of a session: what drizzle's own `transaction` would hand out. */
  transaction(session: Session, depth: number): Transaction
}

/**
 * Drizzle on an open transaction. Its statements go one by one and not after the end, fail with errors of ours, and its
 * `transaction` is a savepoint that does not mix with others, and whose handle works as long as its function runs.
 */
export function transactionExecutor(
  driver: DrizzleDriver,
  statements: TransactionStatements,
  savepoints: Savepoints,
): Executor {
  const sessionFor = (send: Send) => guarded(watchSession(driver.session()), send)
  const at = (depth: number, isOpen: () => boolean): Transaction => {
    const ifOpen = <R>(fn: () => Promise<R>): Promise<R> =>
      isOpen() ? fn() : Promise.reject(new TransactionClosedError())
    const session = sessionFor((run) => ifOpen(() => savepoints.beside(() => statements.run(run))))
    const tx = driver.transaction(session, depth)
    const part = async <R>(fn: (inner: Transaction) => Promise<R>): Promise<R> => {
      let isRunning = true
      try {
        return await fn(at(depth + 1, () => isRunning))
      } finally {
        // What comes late would be part of what is around it, and be committed although the part was taken back.
        isRunning = false
      }
    }
    tx.transaction = (fn) => ifOpen(() => savepoints.part(() => part(fn)))
    notePartAlone(tx, (fn) =>
      ifOpen(() =>
        savepoints.partAlone(() => {
          const alone = sessionFor((run) => statements.run(run))
          return fn(markTransaction(driver.transaction(alone, depth + 1)))
        }),
      ),
    )
    return markTransaction(tx, () => savepoints.undone)
  }
  // Of the whole the statements themselves know whether it is open.
  return at(0, () => true)
}

type Send = (run: () => Promise<unknown>) => Promise<unknown>

/** Every statement of drizzle is prepared first, and run by one of two methods. */
function guarded(session: Session, send: Send): Session {
  const prepare: Session['prepareQuery'] = session.prepareQuery.bind(session)
  session.prepareQuery = (...args) => {
    const query = prepare(...args) as PreparedQuery
    const refusal = refusalOf(args[0].sql)
    return runThrough(query, refusal === undefined ? send : () => Promise.reject(refusal)) as never
  }
  return session
}
