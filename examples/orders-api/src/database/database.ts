import type { Lock } from '@base/core/lock'
import type { Migration } from '@base/drizzle/migrate'
import type { Executor } from '@base/drizzle/repository'
import type { UnitDatabase } from '@base/drizzle/unit-of-work'
import type { Config } from '../config.ts'
import { encryptEmails } from '../customers/encrypt-emails.ts'
import type { ShopCipher } from '../encryption/shop-cipher.ts'
import { migrations } from './migrations.ts'
import { openPglite } from './pglite.ts'
import { openServer } from './server.ts'

/** A database, and what differs between the engines. */
export interface Database {
  /** Drizzle on it. */
  readonly db: Executor
  /** Where units of work open their transactions. */
  readonly units: UnitDatabase
  /** Reaches as far as the database does: to other processes on a server, within this one on PGlite. */
  readonly lock: Lock
  /** Names who counts the tokens of the lock. */
  readonly lockId: string
  /** Brings its tables up to date, however long that takes. */
  migrate(migrations: readonly Migration[]): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the database, that of a server where the settings name one, else PGlite in `dataDir`, and brings its tables up to date.
 *
 * @throws FolderTakenError where another process has the folder open; UnavailableError where no server answers.
 */
export async function openDatabase(
  { databaseUrl, databaseTimeout, dataDir }: Pick<Config, 'databaseUrl' | 'databaseTimeout' | 'dataDir'>,
  cipher: ShopCipher,
): Promise<Database> {
  const database =
    databaseUrl === undefined ? await openPglite(dataDir) : openServer(databaseUrl, databaseTimeout)
  try {
    await database.migrate(migrations)
    await encryptEmails(database.db, cipher)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}
