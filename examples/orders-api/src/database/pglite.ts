import { join } from 'node:path'
import { uuidv7 } from '@base/core/id'
import { memoryLock } from '@base/core/lock'
import { migrate } from '@base/drizzle/migrate'
import { claimFolder } from '@base/drizzle/pglite'
import { pglite } from '@base/drizzle/unit-of-work'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import type { Database } from './database.ts'

/** Opens the PostgreSQL in a folder, and makes it if it is not there; `memory://` keeps nothing. */
export async function openPglite(dataDir: string): Promise<Database> {
  const claim = claimFolder(dataDir)
  try {
    const client = await PGlite.create(dataDir.startsWith('memory://') ? dataDir : join(dataDir, 'postgres'))
    const db = drizzle(client)
    return {
      db,
      units: pglite(client),
      lock: memoryLock(),
      // It counts from the start of the process.
      lockId: uuidv7(),
      migrate: async (migrations) => void (await migrate(db, migrations)),
      close: () => client.close().finally(claim.release),
    }
  } catch (error) {
    await claim.release()
    throw error
  }
}
