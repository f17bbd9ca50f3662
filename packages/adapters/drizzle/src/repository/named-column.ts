import type { Column } from 'drizzle-orm'

/** A column, and what its property is called. */
export interface NamedColumn {
  readonly name: string
  readonly column: Column
}
