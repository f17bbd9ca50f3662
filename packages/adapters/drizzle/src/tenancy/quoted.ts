import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core'

/** A name as PostgreSQL reads it, whatever is in it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The name of what is in a schema, or in none that is named. */
export function quotedIn(schema: string | undefined, name: string): string {
  return schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name)}`
}

/** The name of a table, with its schema where it has one. */
export function quotedTable(table: PgTable): string {
  const { schema, name } = getTableConfig(table)
  return quotedIn(schema, name)
}
