import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { migrate } from 'drizzle-orm/pglite/migrator'
import type { Database } from './database.ts'
import { claimFolder } from './folder-claim.ts'
import { MIGRATIONS } from './migrations.ts'

/** The PostgreSQL in a folder, made if it is not there; `memory://` keeps nothing. */
export async function openPglite(dataDir: string): Promise<Database> {
  if (dataDir.startsWith('memory://')) return databaseOf(await PGlite.create(dataDir), () => {})
  await mkdir(dataDir, { recursive: true })
  const release = claimFolder(dataDir)
  try {
    return await databaseOf(await PGlite.create(join(dataDir, 'postgres')), release)
  } catch (error) {
    release()
    throw error
  }
}

async function databaseOf(client: PGlite, release: () => void): Promise<Database> {
  const db = drizzle(client)
  await migrate(db, MIGRATIONS)
  return { db, close: () => client.close().finally(release) }
}
