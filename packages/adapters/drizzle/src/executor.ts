import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'

/**
 * What runs statements: a drizzle database on node-postgres or PGlite, with or without a schema, or what a unit of work
 * hands to its repositories. This file alone knows what drizzle 1.0 renames: there it is a `PgAsyncDatabase`.
 */
// biome-ignore lint/suspicious/noExplicitAny: a database with a schema fits no narrower type (TS2375).
export type Executor = PgDatabase<PgQueryResultHKT, any, any>
