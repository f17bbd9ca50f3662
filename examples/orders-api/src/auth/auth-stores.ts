import type { KeyStore, RefreshStore, RevocationStore } from '@base/auth/tokens'
import { type Clock, systemClock } from '@base/core/clock'
import { drizzleKeyStore, drizzleRefreshStore, drizzleRevocationStore } from '@base/drizzle/auth'
import type { Executor } from '@base/drizzle/repository'

/** Where keys, sign-ins and revocations are kept. */
export interface AuthStores {
  readonly keys: KeyStore
  readonly refresh: RefreshStore
  readonly revocations: RevocationStore
}

/** In the database, so that a restart signs nobody out, and services that share one share their keys and users. */
export function authStoresOn(db: Executor, clock: Clock): AuthStores {
  // The database's clock, which all services have in common, unless somebody moves time.
  const options = clock === systemClock ? {} : { clock }
  return {
    keys: drizzleKeyStore(db),
    refresh: drizzleRefreshStore(db, options),
    revocations: drizzleRevocationStore(db, options),
  }
}
