import type { SQL } from 'drizzle-orm'
import { PgDatabase, type PgTable } from 'drizzle-orm/pg-core'
import type { Executor } from '../executor.js'
import { drizzleOf, KeptTexts, statementOf, type Text, textOf } from './kept-text.js'
import type { Statement } from './statements.js'

/** A query of one table. */
export interface Query {
  /** The same for all whose texts differ in nothing but the condition. */
  readonly key: string
  readonly where: SQL | undefined
  /** The values that come behind those of the condition, in the order of the text. */
  readonly behind: readonly unknown[]
  build(executor: Executor): unknown
}

/** A condition that is longer is made for one request, and its text is not kept. */
const LONGEST = 4_096

/** `null` stands for what cannot be kept. */
const kept = new KeptTexts<Text | null>()

/**
 * The rows of a query. Its text is made by drizzle once for all that have the same condition, but for the values in it: to
 * make it takes drizzle longer than all else that a read takes in this process.
 */
export function keptRead<R>(executor: Executor, table: PgTable, query: Query): Statement<R[]> {
  return (keptText(executor, table, query) ?? query.build(executor)) as Statement<R[]>
}

function keptText(
  executor: Executor,
  table: PgTable,
  { key, where, behind, build }: Query,
): Statement<unknown> | undefined {
  const drizzle = drizzleOf(executor)
  // One that has a `select` of its own, such as drizzle's `withReplicas`, chooses where each query goes.
  if (drizzle === undefined || executor.select !== PgDatabase.prototype.select) return undefined
  const { sql, params } = where === undefined ? { sql: '', params: [] } : drizzle.dialect.sqlToQuery(where)
  if (sql.length > LONGEST) return undefined
  const values = [...params, ...behind]
  const text = kept.get(drizzle.dialect, table, `${key}\0${sql}`, () =>
    textWith(values, textOf(drizzle.dialect, build)),
  )
  return text === null ? undefined : statementOf(drizzle.session, text, values)
}

/** A text whose parameters are these and no others, without them: they are one caller's, and it is kept for all. */
function textWith(values: readonly unknown[], [query, ...rest]: Text): Text | null {
  const { params } = query
  const isSame =
    params.length === values.length && params.every((param, index) => Object.is(param, values[index]))
  return isSame ? [{ ...query, params: [] }, ...rest] : null
}
