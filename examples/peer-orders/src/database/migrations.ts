import { fileURLToPath } from 'node:url'

/** Where the steps are that make the tables; one that has run anywhere is never changed. */
export const MIGRATIONS = { migrationsFolder: fileURLToPath(new URL('migrations', import.meta.url)) }
