import { type Column, is, isSQLWrapper, Param, SQL, sql } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { isOf } from '../is-of.js'
import type { Row } from './options.js'
import { checkStored } from './storable.js'
import { writtenBy } from './unwritable.js'

/** A value of a row; what drizzle would bind as an object of its own, such as an aliased expression or a query, as the SQL that it is. */
export function unwrapped(given: unknown): unknown {
  return isSQLWrapper(given) && !is(given, SQL) ? sql`(${given.getSQL()})` : given
}

/**
 * A row with what the columns make of values that the caller may change meanwhile, and of those of a `customType`, whose codec
 * runs once for each: SQL, or a `Param` that no column maps again.
 */
export function codedRow(columns: Readonly<Record<string, Column>>, row: Row): Row {
  const result: Row = {}
  for (const name in row) result[name] = coded(name, columns[name], row[name])
  return result
}

function coded(name: string, column: Column | undefined, value: unknown): unknown {
  if (column === undefined || value === null || value === undefined || isOf(value, SQL)) return value
  if (typeof value !== 'object' && column.columnType !== 'PgCustomColumn') return value
  const mapped = writtenBy(name, column, value)
  return isOf(mapped, SQL) ? mapped : sql.param(checkStored(name, mapped))
}

/** Such a row as drizzle takes it: it has a column map whatever is not SQL. */
export function rowForDrizzle(row: Row): Row {
  const entries = Object.entries(row)
  return Object.fromEntries(entries.map(([name, value]) => [name, is(value, Param) ? sql`${value}` : value]))
}

/** The values of such a row that are SQL: of the entity itself, or as a codec writes them. */
export function sqlIn(row: Row): SQL[] {
  return Object.values(row).filter((value) => is(value, SQL))
}

const dialect = new PgDialect()

/** How many parameters they have. */
export function parametersIn(own: readonly SQL[]): number {
  return own.reduce((sum, value) => sum + dialect.sqlToQuery(value).params.length, 0)
}
