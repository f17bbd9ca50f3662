import type { Duration } from '@base/core/duration'
import type { Lock } from '@base/core/lock'
import type { Secret } from '@base/core/secret'
import type { Migration } from '@base/drizzle/migrate'
import type { Executor } from '@base/drizzle/repository'
import type { UnitDatabase } from '@base/drizzle/unit-of-work'
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

/** Which database. */
export interface DatabaseSettings {
  /** That of a server. @defaultValue PGlite in `dataDir` */
  readonly databaseUrl?: Secret<string> | undefined
  /** How long a server may take for an answer. */
  readonly databaseTimeout: Duration
  readonly dataDir: string
}

/**
 * Opens the database and brings its tables up to date.
 *
 * @throws FolderTakenError where another process has the folder open; UnavailableError where no server answers.
 */
export async function openDatabase(
  { databaseUrl, databaseTimeout, dataDir }: DatabaseSettings,
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
