import type { Config } from '../config.ts'
import type { Database } from './database.ts'
import { openPglite } from './pglite.ts'
import { openServer } from './server.ts'

/** That of a server where the settings name one, else PGlite in the data folder. */
export function openDatabase({ DATABASE_URL, DATA_DIR }: Config): Promise<Database> {
  return DATABASE_URL === undefined ? openPglite(DATA_DIR) : openServer(DATABASE_URL)
}
