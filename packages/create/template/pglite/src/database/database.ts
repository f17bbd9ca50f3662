import { join } from 'node:path'
import { migrate } from '@base/drizzle/migrate'
import { claimFolder } from '@base/drizzle/pglite'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import type { Config } from '../config.ts'
import { migrations } from './migrations.ts'

/** PostgreSQL in this process, in a folder that no other process may open; `memory://` keeps nothing. */
export function openDatabase({ dataDir }: Config) {
  const claim = claimFolder(dataDir)
  const client = new PGlite(dataDir.startsWith('memory://') ? dataDir : join(dataDir, 'postgres'))
  const db = drizzle(client)
  const stop = () => client.close().finally(claim.release)
  return { db, part: { name: 'database', start: () => migrate(db, migrations), stop } }
}
