import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { claimFolder } from './folder-claim.ts'

/** What runs SQL: the database itself, or one transaction of it. Values go in as parameters only. */
export interface Queries {
  query<Row>(sql: string, parameters?: unknown[]): Promise<{ rows: Row[] }>
  /** Runs statements without parameters and without rows. */
  exec(sql: string): Promise<unknown>
}

/** The database. */
export interface Database extends Queries {
  /**
   * Runs the function in a transaction: all of it happens, or, when it throws, nothing. Inside, only the given queries
   * may be used: PGlite has one connection, so the database itself would wait for the transaction for ever.
   */
  transaction<T>(run: (queries: Queries) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/**
 * Opens the PostgreSQL in a folder, and makes it if it is not there; `memory://` keeps nothing.
 *
 * @throws AppError `FOLDER_TAKEN` where another process has it open.
 */
export async function openDatabase(dataDir: string): Promise<Database> {
  if (dataDir.startsWith('memory://')) return PGlite.create(dataDir)
  await mkdir(dataDir, { recursive: true })
  const release = claimFolder(dataDir)
  try {
    const database = await PGlite.create(join(dataDir, 'postgres'))
    return {
      query: (sql, parameters) => database.query(sql, parameters),
      exec: (sql) => database.exec(sql),
      transaction: (run) => database.transaction(run),
      close: () => database.close().finally(release),
    }
  } catch (error) {
    release()
    throw error
  }
}
