import type { Executor } from '../executor.js'
import { hasListeners, tellStatement } from './tell-statement.js'
import { tellTransaction } from './tell-transaction.js'

type Session = Executor['_']['session']
type Run = (values?: Record<string, unknown>) => Promise<unknown>

/** A prepared statement of drizzle, which is run by one of two methods. */
interface RunnableQuery {
  execute: Run
  all?: Run
}

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
    return told(query as RunnableQuery, sql, metadata?.tables) as never
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

function told(query: RunnableQuery, sql: string, tables: readonly string[] | undefined): RunnableQuery {
  const statement = { sql, ...(tables !== undefined && { tables }) }
  for (const method of ['execute', 'all'] as const) {
    const run = query[method]?.bind(query)
    if (run !== undefined) query[method] = (values) => tellStatement(statement, () => run(values))
  }
  return query
}
