import { Column, is, isSQLWrapper, Param, Placeholder, SQL } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import { type Executor, nameInSql } from '../executor.js'
import type { ColumnOf } from '../failures/failures.js'
import { drizzleOf, KeptTexts, statementOf, textOf } from './kept-text.js'
import type { Row } from './options.js'
import type { Statement } from './statements.js'

/** A statement that differs only in its values. */
export interface Shape {
  /** The same for all of one table that have the same text. */
  readonly key: string
  /** Makes it with drizzle; for each value a `Param` or a placeholder, whose name is the number of the value. */
  build(executor: Executor): unknown
}

const kept = new KeptTexts()

/**
 * A statement with values, of a text that is made once for all that have its shape: to make it takes drizzle longer than all
 * else that a save takes in this process. `undefined` where a value is SQL of its own, or the executor is not drizzle's.
 */
export function keptStatement(
  executor: Executor,
  table: PgTable,
  { key, build }: Shape,
  values: readonly unknown[],
): Statement<Row[]> | undefined {
  const drizzle = drizzleOf(executor)
  if (drizzle === undefined) return undefined
  const text = kept.get(drizzle.dialect, table, key, () => textOf(drizzle.dialect, build))
  const params = bind(text[0].params, values)
  return (
    params && { ...statementOf(drizzle.session, text, params), columnOf: columnsOf(executor, text[0].params) }
  )
}

/** By the number of the parameter. */
function columnsOf(executor: Executor, params: readonly unknown[]): ColumnOf {
  return (parameter) => {
    const param = params[parameter - 1]
    return is(param, Param) && is(param.encoder, Column) ? nameInSql(executor, param.encoder) : undefined
  }
}

/** The values as the driver takes them, in the order of the text. */
function bind(params: readonly unknown[], values: readonly unknown[]): unknown[] | undefined {
  const bound: unknown[] = []
  for (const param of params) {
    const { value: place, encoder } = param as Param
    const value = values[Number((place as Placeholder).name)]
    // A codec has made it already.
    const isMade = is(value, Param)
    if (!isMade && (isSQLWrapper(value) || is(value, Placeholder))) return undefined
    const mapped = isMade ? value.value : value === null ? null : encoder.mapToDriverValue(value)
    if (is(mapped, SQL)) return undefined
    bound.push(mapped)
  }
  return bound
}
