import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { migrate } from 'drizzle-orm/pglite/migrator'
import type { ObserveStatements } from '../telemetry/statements.ts'
import type { Database } from './database.ts'
import { claimFolder } from './folder-claim.ts'
import { MIGRATIONS } from './migrations.ts'

/** The PostgreSQL in a folder, made if it is not there; `memory://` keeps nothing. */
export async function openPglite(dataDir: string, observe: ObserveStatements): Promise<Database> {
  if (dataDir.startsWith('memory://')) return databaseOf(await PGlite.create(dataDir), observe, () => {})
  await mkdir(dataDir, { recursive: true })
  const release = claimFolder(dataDir)
  try {
    return await databaseOf(await PGlite.create(join(dataDir, 'postgres')), observe, release)
  } catch (error) {
    release()
    throw error
  }
}

async function databaseOf(
  client: PGlite,
  observe: ObserveStatements,
  release: () => void,
): Promise<Database> {
  await migrate(drizzle(client), MIGRATIONS)
  observe(client)
  const transaction = client.transaction.bind(client)
  client.transaction = (work) =>
    transaction((tx) => {
      observe(tx)
      return work(tx)
    })
  return { db: drizzle(client), close: () => client.close().finally(release) }
}
