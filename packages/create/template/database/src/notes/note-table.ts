import { drizzleRepository, type Executor } from '@base/drizzle/repository'
import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { Notes } from './note.ts'

/** Notes in the database; `database/migrations.ts` makes the table. */
export const noteTable = pgTable('notes', {
  id: uuid().primaryKey(),
  text: text().notNull(),
  version: integer().notNull(),
})

/** The notes of a database, or of a unit of work. */
export function notesIn(executor: Executor): Notes {
  return drizzleRepository({ executor, table: noteTable, name: 'note' })
}
