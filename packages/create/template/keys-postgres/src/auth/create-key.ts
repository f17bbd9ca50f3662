import { createApiKeys } from '@base/auth/api-keys'
import { loadConfig } from '@base/core/config'
import { createLifecycle } from '@base/core/lifecycle'
import { drizzleApiKeyStore } from '@base/drizzle/auth'
import { Config } from '../config.ts'
import { openDatabase } from '../database/database.ts'

// npm run api-key -- <owner>: makes a key, and prints it this once.
const [, , ownerId = 'operator'] = process.argv
const { db, part } = openDatabase(await loadConfig(Config))
const lifecycle = createLifecycle().add(part)
await lifecycle.start()
const apiKeys = createApiKeys({ store: drizzleApiKeyStore(db) })
const { key } = await apiKeys.create({ ownerId, scopes: ['notes:write'] })
console.log(key)
await lifecycle.stop()
