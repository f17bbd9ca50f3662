import type { Pool, PoolClient } from 'pg'
import { NestedRootQueryError } from './nested-root-query-error.js'
import { type OpenUnit, unitsAround } from './scope.js'

type Callback = (error: Error | undefined, client?: PoolClient, release?: (error?: unknown) => void) => void

/**
 * Watches who asks a pool for a connection from within a unit that holds one. That is allowed, until all of its connections
 * are held by units that wait for another one: nobody would ever give one back.
 */
class PoolWatch {
  readonly #pool: Pool
  readonly #waiting = new Map<OpenUnit, number>()

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** Notes that the units around this call wait, until the function returned is called. @throws NestedRootQueryError */
  enter(): () => void {
    const units = unitsAround(this.#pool).map(({ unit }) => unit)
    for (const unit of units) this.#count(unit, 1)
    const leave = () => {
      for (const unit of units) this.#count(unit, -1)
    }
    if (units.length > 0 && this.#waiting.size >= this.#pool.options.max) {
      leave()
      throw new NestedRootQueryError()
    }
    return leave
  }

  #count(unit: OpenUnit, by: 1 | -1): void {
    const count = (this.#waiting.get(unit) ?? 0) + by
    if (count === 0) this.#waiting.delete(unit)
    else this.#waiting.set(unit, count)
  }
}

const watched = new WeakSet<Pool>()

/** Watches a pool, once: its `connect` is what `query` and drizzle's `transaction` call as well. */
export function watchPool(pool: Pool): void {
  if (watched.has(pool)) return
  watched.add(pool)
  const watch = new PoolWatch(pool)
  const connect = pool.connect.bind(pool) as (callback: Callback) => void
  const ask = (callback: Callback): void => {
    let leave: () => void
    try {
      leave = watch.enter()
    } catch (error) {
      process.nextTick(callback, error)
      return
    }
    connect((...outcome) => {
      leave()
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
