import { type Column, is } from 'drizzle-orm'
import { type PgDatabase, type PgQueryResultHKT, PgTransaction } from 'drizzle-orm/pg-core'

/**
 * What runs statements: a drizzle database on node-postgres or PGlite, with or without a schema, or what a unit of work
 * hands to its repositories. This file alone knows what drizzle 1.0 renames: there it is a `PgAsyncDatabase`.
 */
// biome-ignore lint/suspicious/noExplicitAny: a database with a schema fits no narrower type (TS2375).
export type Executor = PgDatabase<PgQueryResultHKT, any, any>

const transactions = new WeakMap<object, () => number>()

const NONE = () => 0

/**
 * Notes that an executor works within a transaction, though drizzle does not know it; `undone` tells how many parts of that
 * were taken back.
 */
export function markTransaction<E extends Executor>(executor: E, undone: () => number = NONE): E {
  transactions.set(executor, undone)
  return executor
}

/** Tells how many parts of an executor's transaction were taken back, as far as it is known. */
export function undoneIn(executor: Executor): () => number {
  return transactions.get(executor) ?? NONE
}

/** Whether an executor works within a transaction. */
export function isTransaction(executor: Executor): boolean {
  return is(executor, PgTransaction) || transactions.has(executor)
}

/** The rows of a raw statement, whose results drivers wrap differently. */
export function rowsOf(result: unknown): readonly Record<string, unknown>[] {
  return (result as { readonly rows: readonly Record<string, unknown>[] }).rows
}

/** What a column is called in statements; a database of drizzle can have its own rule for that (`casing`), until 1.0. */
export function nameInSql(executor: Executor, column: Column): string {
  const { dialect } = executor as { dialect?: { casing?: { getColumnCasing?(column: Column): string } } }
  return dialect?.casing?.getColumnCasing?.(column) ?? column.name
}
