import { checkMethods } from '@base/core/options'
import type { Client, Pool, PoolClient } from 'pg'

const guarded = new WeakSet<Pool>()

/**
 * Keeps a pool of node-postgres usable where connections break or fall silent, and gives it back.
 *
 * - One that breaks while nobody waits for an answer of it does not end the process: the pool opens another, and whoever
 *   needs it hears where it cannot.
 * - One whose answer is overdue by `query_timeout` is closed. `pg` lets it be used again: in a transaction that stood open
 *   on it, what others write next would be acknowledged and lost.
 *
 * The connections that the pool opens from now on are guarded, and their statements that return a promise, as all of
 * drizzle do. Give the pool a `statement_timeout` a little below its `query_timeout`, so that the server ends what is late.
 *
 * @example
 * const pool = guardPool(
 *   new Pool({ connectionString, statement_timeout: 9_000, query_timeout: 10_000 }),
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
  return pool
}

function closeWhenOverdue(client: PoolClient): void {
  // Of one that breaks between two statements of a transaction: the next one tells.
  client.on('error', () => {})
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  let overdue: Error | undefined
  const bounded = (...args: unknown[]) => {
    const answer = query(...args)
    if (!(answer instanceof Promise)) return answer
    return answer.catch((error: Error) => {
      if (overdue === undefined && error.message === 'Query read timeout') {
        overdue = error
        void (client as unknown as Client).end()
      }
      // What follows on it, as drizzle's ROLLBACK, fails for the same reason, and would hide it.
      throw overdue ?? error
    })
  }
  client.query = bounded as typeof client.query
}
