import { type Clock, systemClock } from '@base/core/clock'
import {
  drizzleActionTokenStore,
  drizzleApiKeyStore,
  drizzleAuditSink,
  drizzleKeyStore,
  drizzleOAuthTransactionStore,
  drizzleRecoveryCodeStore,
  drizzleRefreshStore,
  drizzleRevocationStore,
  drizzleSessionStore,
  drizzleTotpStore,
} from '@base/drizzle/auth'
import type { Executor } from '@base/drizzle/repository'
import {
  type RedisAuthStoreOptions,
  redisActionTokenStore,
  redisKeyStore,
  redisOAuthTransactionStore,
  redisRefreshStore,
  redisRevocationStore,
  redisSessionStore,
} from '@base/redis/auth'
import type { Redis } from 'ioredis'

/** Where keys, sign-ins, what one signs in with and what happened are kept. */
export type AuthStores = ReturnType<typeof authStoresOn>

/** In the database, so that a restart signs nobody out, and services that share one share their keys and users. */
export function authStoresOn(db: Executor, clock: Clock) {
  // The database's clock, which all services have in common, unless somebody moves time.
  const options = clock === systemClock ? {} : { clock }
  return {
    keys: drizzleKeyStore(db),
    refresh: drizzleRefreshStore(db, options),
    revocations: drizzleRevocationStore(db, options),
    sessions: drizzleSessionStore(db, options),
    actionTokens: drizzleActionTokenStore(db, options),
    transactions: drizzleOAuthTransactionStore(db, options),
    totp: drizzleTotpStore(db, options),
    recoveryCodes: drizzleRecoveryCodeStore(db),
    apiKeys: drizzleApiKeyStore(db, options),
    audit: drizzleAuditSink(db),
  }
}

/**
 * In Redis, what a user gets anew by signing in. All of that, for what it loses should be lost together: with a revocation
 * that is forgotten goes the key that has signed what was revoked.
 */
export function authStoresIn(client: Redis, options: RedisAuthStoreOptions) {
  return {
    keys: redisKeyStore(client, options),
    refresh: redisRefreshStore(client, options),
    revocations: redisRevocationStore(client, options),
    sessions: redisSessionStore(client, options),
    actionTokens: redisActionTokenStore(client, options),
    transactions: redisOAuthTransactionStore(client, options),
  }
}
