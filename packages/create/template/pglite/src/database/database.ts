import { join } from 'node:path'
import { migrate } from '@base/drizzle/migrate'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import type { Config } from '../config.ts'
import { claimFolder } from './claim-folder.ts'
import { migrations } from './migrations.ts'

/** PostgreSQL in this process, in a folder that no other process may open; `memory://` keeps nothing. */
export function openDatabase({ dataDir }: Config) {
  const isKept = !dataDir.startsWith('memory://')
  const release = isKept ? claimFolder(dataDir) : () => {}
  const client = new PGlite(isKept ? join(dataDir, 'postgres') : dataDir)
  const db = drizzle(client)
  const stop = () => client.close().finally(release)
  return { db, part: { name: 'database', start: () => migrate(db, migrations), stop } }
}
