import type { Migration } from '@base/drizzle/migrate'

/** All steps, in order. One that has run anywhere is never changed. */
export const migrations: readonly Migration[] = [
  {
    name: '0001_notes',
    sql: 'create table notes (id uuid primary key, text text not null, version integer not null);',
  },
]
