import type { Pool, PoolClient } from 'pg'
import { NestedRootQueryError } from './nested-root-query-error.js'
import { type OpenUnit, unitsAround } from './scope.js'

type Callback = (error: Error | undefined, client?: PoolClient, release?: (error?: unknown) => void) => void

const watched = new WeakSet<Pool>()

/**
 * Watches who asks a pool for a connection from within a unit that holds one. That is allowed, until all of its connections
 * are held by units that wait for another one: nobody would ever give one back. Its `connect` is what `query` and drizzle's
 * `transaction` call as well.
 */
export function watchPool(pool: Pool): void {
  if (watched.has(pool)) return
  watched.add(pool)
  const waits = new Map<OpenUnit, number>()
  const count = (units: readonly OpenUnit[], by: 1 | -1): void => {
    for (const unit of units) {
      const sum = (waits.get(unit) ?? 0) + by
      if (sum === 0) waits.delete(unit)
      else waits.set(unit, sum)
    }
  }
  const connect = pool.connect.bind(pool) as (callback: Callback) => void
  const ask = (callback: Callback): void => {
    const units = unitsAround(pool).map(({ unit }) => unit)
    count(units, 1)
    if (units.length > 0 && waits.size >= pool.options.max) {
      count(units, -1)
      process.nextTick(callback, new NestedRootQueryError())
      return
    }
    connect((...outcome) => {
      count(units, -1)
      callback(...outcome)
    })
  }
  const promised = () =>
    new Promise<PoolClient>((resolve, reject) => {
      ask((error, client) => (client === undefined ? reject(error) : resolve(client)))
    })
  pool.connect = ((callback?: Callback) =>
    callback === undefined ? promised() : ask(callback)) as typeof pool.connect
}
