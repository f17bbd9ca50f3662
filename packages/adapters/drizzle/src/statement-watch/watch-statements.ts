import type { Executor } from '../executor.js'
import { type PreparedQuery, runThrough } from '../prepared-query.js'
import { hasListeners, tellStatement } from './tell-statement.js'
import { tellTransaction } from './tell-transaction.js'

type Session = Executor['_']['session']

const watched = new WeakSet<object>()

/**
 * Has the statements of an executor told of from now on, those that are not ours included, and those of its transactions.
 * An executor without a session of drizzle's is left as it is.
 */
export function watchStatements<E extends Executor>(executor: E): E {
  const session = (executor as { _?: { session?: Session } })._?.session
  if (typeof session?.prepareQuery === 'function') watchSession(session)
  return executor
}

/** The same, once for a session. `boundaries` are told of by another, where they are statements like others. */
export function watchSession<S extends Session>(session: S, boundaries: 'shown' | 'hidden' = 'shown'): S {
  if (watched.has(session)) return session
  watched.add(session)
  const prepare: Session['prepareQuery'] = session.prepareQuery.bind(session)
  session.prepareQuery = (...args) => {
    const query = prepare(...args)
    const [{ sql }, , name, , , metadata] = args
    // One with a name may run when somebody has begun to listen.
    if (name === undefined && !hasListeners()) return query
    if (boundaries === 'hidden' && /^(?:commit|rollback)$/.test(sql)) return query
    const statement = { sql, tables: metadata?.tables }
    return runThrough(query as PreparedQuery, (run) => tellStatement(statement, run)) as never
  }
  const transaction: Session['transaction'] = session.transaction.bind(session)
  session.transaction = (fn, config) =>
    tellTransaction(
      (body) =>
        transaction((tx) => {
          watchSession(tx._.session, 'hidden')
          return body(tx)
        }, config),
      fn,
    )
  return session
}
