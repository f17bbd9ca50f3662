import type { Config } from '../config.ts'
import type { ObserveStatements } from '../telemetry/statements.ts'
import type { Database } from './database.ts'
import { openPglite } from './pglite.ts'
import { openServer } from './server.ts'

/** That of a server where the settings name one, else PGlite in the data folder. */
export function openDatabase(
  { DATABASE_URL, DATABASE_TIMEOUT, DATA_DIR }: Config,
  observe: ObserveStatements,
): Promise<Database> {
  return DATABASE_URL === undefined
    ? openPglite(DATA_DIR, observe)
    : openServer(DATABASE_URL, DATABASE_TIMEOUT, observe)
}
