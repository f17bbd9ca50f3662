import { type SQL, sql } from 'drizzle-orm'

/** Whether a condition holds, as a text: what a client makes of booleans is its own affair. */
export function flag(condition: SQL, name: string): SQL {
  return sql`((${condition}) is true)::text as ${sql.identifier(name)}`
}

/** A value that {@link flag} asked for. What is none is no answer: neither yes nor no is safe for all who ask. */
export function isSet(row: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = row[name]
  if (value === 'true') return true
  if (value === 'false') return false
  throw new TypeError(`The database answered ${name} with neither 'true' nor 'false'.`)
}
