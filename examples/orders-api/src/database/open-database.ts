import type { Config } from '../config.ts'
import { encryptEmails } from '../customers/encrypt-emails.ts'
import type { ShopCipher } from '../encryption/shop-cipher.ts'
import type { Database } from './database.ts'
import { migrations } from './migrations.ts'
import { openServer } from './server.ts'

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
    databaseUrl === undefined
      ? await (await import('./pglite.ts')).openPglite(dataDir)
      : openServer(databaseUrl, databaseTimeout)
  try {
    await database.migrate(migrations)
    await encryptEmails(database.db, cipher)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}
