import { type Column, is, isSQLWrapper, SQL, sql } from 'drizzle-orm'
import { PgCustomColumn, PgDialect } from 'drizzle-orm/pg-core'
import type { Row } from './options.js'

/** A value of a row; what drizzle would bind as an object of its own, such as an aliased expression or a query, as the SQL that it is. */
export function unwrapped(given: unknown): unknown {
  return isSQLWrapper(given) && !is(given, SQL) ? sql`(${given.getSQL()})` : given
}

/** The values of a row that are SQL: of the entity itself, or as the codec of a `customType` writes them. */
export function sqlIn(columns: Readonly<Record<string, Column>>, row: Row): SQL[] {
  const written = Object.entries(row).map(([name, value]) => {
    const column = columns[name]
    const isCoded = is(column, PgCustomColumn) && value !== null && value !== undefined && !is(value, SQL)
    return isCoded ? column.mapToDriverValue(value as never) : value
  })
  return written.filter((value) => is(value, SQL))
}

const dialect = new PgDialect()

/** How many parameters they have. */
export function parametersIn(own: readonly SQL[]): number {
  return own.reduce((sum, value) => sum + dialect.sqlToQuery(value).params.length, 0)
}
