import { type Door, describeDoors, WRONG_OPTIONS } from '@base-internal/tools/wrong-options'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import {
  redisActionTokenStore,
  redisApiKeyStore,
  redisKeyStore,
  redisOAuthTransactionStore,
  redisRecoveryCodeStore,
  redisRefreshStore,
  redisReplayStore,
  redisRevocationStore,
  redisSessionStore,
  redisTotpStore,
} from './auth/index.js'
import { redisCacheStore } from './cache/index.js'
import { redisIdempotencyStore } from './idempotency/index.js'
import { redisLock } from './lock/index.js'
import { redisRateLimitStore } from './rate-limit/index.js'

// Nothing is connected to: what is wrong shows before.
const client = new Redis({ lazyConnect: true })

/** What takes options that may all be left out, and the pattern that its errors name. */
const DOORS: readonly Door[] = [
  ['redisActionTokenStore', (options) => redisActionTokenStore(client, options)],
  ['redisApiKeyStore', (options) => redisApiKeyStore(client, options)],
  ['redisKeyStore', (options) => redisKeyStore(client, options)],
  ['redisOAuthTransactionStore', (options) => redisOAuthTransactionStore(client, options)],
  ['redisRecoveryCodeStore', (options) => redisRecoveryCodeStore(client, options)],
  ['redisRefreshStore', (options) => redisRefreshStore(client, options)],
  ['redisReplayStore', (options) => redisReplayStore(client, options)],
  ['redisRevocationStore', (options) => redisRevocationStore(client, options)],
  ['redisSessionStore', (options) => redisSessionStore(client, options)],
  ['redisTotpStore', (options) => redisTotpStore(client, options)],
  ['redisCacheStore', (options) => redisCacheStore(client, options)],
  ['redisIdempotencyStore', (options) => redisIdempotencyStore(client, options)],
  ['redisLock', (options) => redisLock(client, options)],
  ['redisRateLimitStore', (options) => redisRateLimitStore(client, options)],
]

describeDoors(DOORS, (pattern) => ({
  details: { package: '@base/redis', pattern, option: 'options', allowed: 'an object' },
}))

test.each(WRONG_OPTIONS)('a lock refuses $wrong in place of the options of a lease', async ({ wrong }) => {
  const lock = redisLock(client)
  const refused = '@base/core Lock: options must be an object, received'
  await expect(lock.acquire('k', wrong as never)).rejects.toThrow(refused)
  await expect(lock.tryAcquire('k', wrong as never)).rejects.toThrow(refused)
})
