import { migrate } from '@base/drizzle/migrate'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import type { Config } from '../config.ts'
import { migrations } from './migrations.ts'

/** PostgreSQL in this process, in a folder that no other process may open; `memory://` keeps nothing. */
export function openDatabase({ dataDir }: Config) {
  const client = new PGlite(dataDir)
  const db = drizzle(client)
  const part = { name: 'database', start: () => migrate(db, migrations), stop: () => client.close() }
  return { db, part }
}
