import {
  createKeyRing,
  createRefreshService,
  createTokenService,
  type KeyRing,
  type RefreshReuse,
  type RefreshService,
  type TokenService,
} from '@base/auth/tokens'
import type { Clock } from '@base/core/clock'
import type { Secret } from '@base/core/secret'
import { RateLimiter, type RateLimitText } from '@base/resilience/rate-limiter'
import type { AuthStores } from './auth-stores.ts'
import { demoUser, type Users } from './demo-user.ts'

/** For whom the access tokens are: this service. */
export const AUDIENCE = 'orders-api'

/** What knows who is signed in. */
export interface Auth {
  /** The keys that sign access tokens, which come and go by themselves. */
  readonly keys: KeyRing
  /** Issues access tokens, and judges them. */
  readonly tokens: TokenService
  /** Sign-ins, each of which is a family of refresh tokens. */
  readonly refresh: RefreshService
  /** Who may sign in. */
  readonly users: Users
  /** Counts how often an address tries to. */
  readonly attempts: RateLimiter
}

/** What {@link createAuth} works with. */
export interface AuthOptions {
  /** The `iss` of every access token: the URL under which callers reach the service. */
  readonly issuer: string
  /** The password of the demo user. @defaultValue one that is known to all */
  readonly demoPassword?: Secret<string> | undefined
  /** How often an address may try to sign in. */
  readonly signInLimit: RateLimitText
  readonly stores: AuthStores
  readonly clock: Clock
}

/** Puts together what knows who is signed in. */
export function createAuth({ issuer, stores, clock, demoPassword, signInLimit }: AuthOptions): Auth {
  const keys = createKeyRing({ store: stores.keys, clock })
  const { revocations } = stores
  const tokens = createTokenService({ issuer, audience: AUDIENCE, keys, revocations, clock })
  const onReuse = (reuse: RefreshReuse) => endStolen(tokens, reuse)
  const refresh = createRefreshService({ store: stores.refresh, tokens, onReuse, clock })
  const attempts = new RateLimiter({ name: 'sign-ins per address', policies: signInLimit, clock })
  return { keys, tokens, refresh, users: demoUser(demoPassword), attempts }
}

/**
 * Two have had the same refresh token, and its sign-in has just been ended. The access tokens of whoever stole it end as
 * well; those of the same user's other sign-ins end with them, and are renewed.
 */
async function endStolen(
  tokens: Pick<TokenService, 'revokeAll'>,
  { sub, familyId, withinGrace }: RefreshReuse,
): Promise<void> {
  if (withinGrace) return
  console.warn(`A refresh token of ${sub} came twice, so its sign-in ${familyId} is ended.`)
  await tokens.revokeAll(sub)
}
