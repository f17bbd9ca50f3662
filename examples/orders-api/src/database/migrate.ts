import type { Database } from './database.ts'
import type { Migration } from './migrations.ts'

/** Runs the steps that this database has not seen, each in a transaction with its mark: a broken one leaves nothing. */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<void> {
  await database.exec(
    'create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())',
  )
  const { rows } = await database.query<{ name: string }>('select name from migrations')
  const applied = new Set(rows.map(({ name }) => name))
  for (const { name, sql } of migrations) {
    if (applied.has(name)) continue
    await database.transaction(async (queries) => {
      await queries.exec(sql)
      await queries.query('insert into migrations (name) values ($1)', [name])
    })
  }
}
