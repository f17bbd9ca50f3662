import { invalidOption } from '@base/core/options'

/** Whatever runs a statement: a pool or client of `pg`, PGlite, an executor of drizzle. */
export type SqlLike =
  | {
      /** Runs a statement. */
      query(sql: string): PromiseLike<unknown>
    }
  | {
      /** Runs a statement. */
      execute(sql: string): PromiseLike<unknown>
    }

/**
 * A check that a database answers to `select 1`.
 *
 * @example
 * const health = createHealth({ checks: { db: { check: sqlCheck(pool) } } })
 *
 * @throws InvalidOptionError for what has neither `query` nor `execute`.
 */
export function sqlCheck(database: SqlLike): () => Promise<void> {
  const { query, execute } = (database ?? {}) as { query?: unknown; execute?: unknown }
  if (typeof query !== 'function' && typeof execute !== 'function') {
    throw invalidOption(
      database,
      { package: '@base/observability', pattern: 'sqlCheck', option: 'database' },
      'an object with a method query or execute',
    )
  }
  return async () => {
    // Of an executor of drizzle `query` is no method, but holds its tables.
    if (hasQuery(database)) await database.query('select 1')
    else await database.execute('select 1')
  }
}

function hasQuery(database: SqlLike): database is Extract<SqlLike, { query: unknown }> {
  return typeof (database as { query?: unknown }).query === 'function'
}
