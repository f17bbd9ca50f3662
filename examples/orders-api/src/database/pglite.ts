import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { uuidv7 } from '@base/core/id'
import { memoryLock } from '@base/core/lock'
import { pglite } from '@base/drizzle/unit-of-work'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import type { Database } from './database.ts'
import { claimFolder } from './folder-claim.ts'

/** Opens the PostgreSQL in a folder, and makes it if it is not there; `memory://` keeps nothing. */
export async function openPglite(dataDir: string): Promise<Database> {
  if (dataDir.startsWith('memory://')) return databaseOf(await PGlite.create(dataDir), () => {})
  await mkdir(dataDir, { recursive: true })
  const release = claimFolder(dataDir)
  try {
    return databaseOf(await PGlite.create(join(dataDir, 'postgres')), release)
  } catch (error) {
    release()
    throw error
  }
}

function databaseOf(client: PGlite, release: () => void): Database {
  return {
    db: drizzle(client),
    units: pglite(client),
    lock: memoryLock(),
    // It counts from the start of the process.
    lockId: uuidv7(),
    close: () => client.close().finally(release),
  }
}
