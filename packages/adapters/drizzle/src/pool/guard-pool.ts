import { checkMethods } from '@base/core/options'
import type { Client, Pool, PoolClient } from 'pg'
import { isOverdue } from '../failures/no-answer.js'
import { tellOfEnd } from './tell-of-end.js'
import { wrapQuery } from './wrap-query.js'

const guarded = new WeakSet<Pool>()

/**
 * Keeps a pool of node-postgres usable where connections break or fall silent, and gives it back.
 *
 * - One that breaks while nobody waits for an answer of it does not end the process: the pool opens another, and whoever
 *   needs it hears where it cannot.
 * - One whose answer is overdue by `query_timeout` is closed. `pg` lets it be used again: in a transaction that stood open
 *   on it, what others write next would be acknowledged and lost.
 * - Whoever waits for a connection while the pool is ended is told so. `pg` would let them wait for ever.
 *
 * The connections that the pool opens from now on are guarded. Give the pool a `statement_timeout` a little below its
 * `query_timeout`, so that the server ends what is late, and a `connectionTimeoutMillis`, for a server that does not answer a new
 * connection.
 *
 * @example
 * const pool = guardPool(
 *   new Pool({ connectionString, connectionTimeoutMillis: 5_000, statement_timeout: 9_000, query_timeout: 10_000 }),
 * )
 *
 * @throws {@link InvalidOptionError} where it is no pool.
 */
export function guardPool<P extends Pool>(pool: P): P {
  checkMethods(pool, ['connect', 'on'], { package: '@base/drizzle', pattern: 'guardPool', option: 'pool' })
  if (guarded.has(pool)) return pool
  guarded.add(pool)
  pool.on('error', () => {})
  pool.on('connect', closeWhenOverdue)
  tellOfEnd(pool)
  return pool
}

type Callback = (error: Error | null, ...result: unknown[]) => void

function closeWhenOverdue(client: PoolClient): void {
  // Of one that breaks between two statements of a transaction: the next one tells.
  client.on('error', () => {})
  let overdue: Error | undefined
  const judge = (error: Error): Error => {
    if (overdue === undefined && isOverdue(error)) {
      overdue = error
      void (client as unknown as Client).end()
    }
    // What follows on it, as drizzle's ROLLBACK, fails for the same reason, and would hide it.
    return overdue ?? error
  }
  wrapQuery(client, (query) => (...args) => {
    const last = args.at(-1)
    if (typeof last === 'function') args[args.length - 1] = judged(last as Callback, judge)
    const answer = query(...args)
    if (!(answer instanceof Promise)) return answer
    return answer.catch((error: Error) => Promise.reject(judge(error)))
  })
}

function judged(callback: Callback, judge: (error: Error) => Error): Callback {
  return (error, ...result) => callback(error && judge(error), ...result)
}
