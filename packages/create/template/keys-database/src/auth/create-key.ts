import { createApiKeys } from '@base/auth/api-keys'
import { loadConfig } from '@base/core/config'
import { createLifecycle } from '@base/core/lifecycle'
import { drizzleApiKeyStore } from '@base/drizzle/auth'
import { Config } from '../config.ts'
import { openDatabase } from '../database/database.ts'
import { inWords } from '../in-words.ts'

// npm run api-key -- <owner>: makes a key, and prints it this once.
const [, , ownerId = 'operator'] = process.argv
try {
  const { db, part } = openDatabase(await loadConfig(Config, { emptyStringAsUndefined: true }))
  const lifecycle = createLifecycle().add(part)
  await lifecycle.start()
  const apiKeys = createApiKeys({ store: drizzleApiKeyStore(db) })
  const made = apiKeys.create({ ownerId, scopes: ['notes:write'] }).finally(() => lifecycle.stop())
  console.log((await made).key)
} catch (error) {
  console.error(inWords(error))
  process.stderr.write('', () => process.exit(1))
}
