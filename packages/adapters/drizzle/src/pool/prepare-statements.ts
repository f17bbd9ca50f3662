import { checkInteger, checkMethods, checkOptions } from '@base/core/options'
import type { Pool, PoolClient, QueryConfig } from 'pg'
import { beginning } from './beginning.js'
import { StatementNames } from './statement-names.js'
import { verdictOf } from './verdict.js'
import { type Query, wrapQuery } from './wrap-query.js'

/** Options of {@link prepareStatements}; checked and read once. */
export interface PrepareStatementsOptions {
  /**
   * How many different statements are prepared at most, 1 to 10,000: each takes some ten kilobytes on every connection, in
   * the server. What comes beyond them is sent as before.
   * @defaultValue 200
   */
  readonly maxStatements?: number | undefined
}

const prepared = new WeakSet<Pool>()

/**
 * Lets the connections of a pool of node-postgres keep the statements that come again and again, and gives it back: the
 * server then parses and plans each of them once a connection, and not at every call. Whoever sends them need not know of
 * it: repositories, stores, units of work and drizzle itself send what they sent before.
 *
 * Prepared is what has parameters and has come twice before, on the connections that the pool opens from now on. A statement
 * whose result has changed its type, as after a migration, is prepared anew; outside of a transaction its caller sees nothing
 * of it, within one the transaction fails once, and a unit of work runs again. What the server fixes when it parses a statement
 * stays fixed for as long as the connection lives: the types of its parameters, times that are written into it, and which table a
 * name means where a temporary one comes later.
 *
 * Not for a pooler in transaction mode that does not know of prepared statements (PgBouncer before 1.21, or with
 * `max_prepared_statements = 0`): after three statements that were not where they had been, none is prepared any more, and
 * `process.emitWarning` tells.
 *
 * @example
 * const pool = prepareStatements(new Pool({ connectionString: process.env['DATABASE_URL'] }))
 *
 * @throws {@link InvalidOptionError} where it is no pool, or a limit is none.
 * @see PostgreSQL documentation, "Extended Query" and PREPARE
 */
export function prepareStatements<P extends Pool>(pool: P, options: PrepareStatementsOptions = {}): P {
  const place = { package: '@base/drizzle', pattern: 'prepareStatements' }
  checkMethods(pool, ['connect', 'on'], { ...place, option: 'pool' })
  const { maxStatements = 200 } = checkOptions(options, place)
  const names = new StatementNames(
    checkInteger(maxStatements, { ...place, option: 'maxStatements', min: 1, max: 10_000 }),
  )
  if (prepared.has(pool)) return pool
  prepared.add(pool)
  pool.on('connect', (client) => wrapQuery(client, (query) => preparing(client, query, names)))
  return pool
}

type Callback = (error: Error | null, ...result: unknown[]) => void

function preparing(client: PoolClient, query: Query, names: StatementNames): Query {
  let sent = 0
  return (...args) => {
    const number = ++sent
    const config = configOf(args)
    if (config === undefined) return query(...args)
    const name = names.nameOf(config.text)
    if (name === undefined) return query(...args)

    /** Whether the server did nothing but say that it has no use for the name, and the statement can be sent again. */
    const canRepeat = (error: Error | null): boolean => {
      const verdict = error ? verdictOf(error) : undefined
      if (verdict === undefined) return false
      names.renew(config.text, name)
      if (verdict === 'lost') names.lose()
      const isAlone = client.getTransactionStatus?.() === 'I' && !beginning.has(client)
      return verdict !== 'useless' && isAlone && sent === number
    }
    const last = args.at(-1)
    if (typeof last !== 'function') {
      const answer = query({ ...config, name })
      if (!(answer instanceof Promise)) return answer
      return answer.catch((error: Error) => (canRepeat(error) ? query(config) : Promise.reject(error)))
    }
    const callback = last as Callback
    return query({ ...config, name }, (error: Error | null, ...result: unknown[]) =>
      canRepeat(error) ? query(config, callback) : callback(error, ...result),
    )
  }
}

/** A statement that has parameters, and no name of its own; `undefined` where it is none, or a cursor or the like. */
function configOf([first, second]: readonly unknown[]): QueryConfig | undefined {
  const config = typeof first === 'string' ? { text: first } : (first as Partial<QueryConfig> | null)
  if (config === null || typeof config !== 'object' || Object.getPrototypeOf(config) !== Object.prototype)
    return undefined
  const { text, name, values = undefined } = config
  const parameters = typeof second === 'function' ? values : (second ?? values)
  if (typeof text !== 'string' || name !== undefined || 'callback' in config || 'rows' in config)
    return undefined
  if (!Array.isArray(parameters) || parameters.length === 0) return undefined
  return { ...config, text, values: parameters }
}
