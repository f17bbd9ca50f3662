import { createActionTokens } from '@base/auth/action-tokens'
import { createApiKeys } from '@base/auth/api-keys'
import { createAudit } from '@base/auth/audit'
import { createPasswordPolicy, type Passwords } from '@base/auth/passwords'
import { createRecoveryCodes } from '@base/auth/recovery-codes'
import { createKeyRing, createRefreshService, createSessions, createTokenService } from '@base/auth/tokens'
import { createTotp } from '@base/auth/totp'
import type { Clock } from '@base/core/clock'
import type { RateLimitText } from '@base/resilience/rate-limiter'
import type { Accounts } from '../accounts/account.ts'
import { API_KEY_PREFIX } from '../api-keys/api-key-prefix.ts'
import { scopesOf } from '../api-keys/key-scope.ts'
import type { Coordination } from '../coordination/coordination.ts'
import { type ShopCipher, totpCipher } from '../encryption/shop-cipher.ts'
import { createAttempts } from './attempts.ts'
import type { AuthStores } from './auth-stores.ts'

/** For whom the access tokens are: this service. */
const AUDIENCE = 'orders-api'

/** What knows who is signed in, and what one signs in with. */
export type Auth = ReturnType<typeof createAuth>

/** What {@link createAuth} works with. */
export interface AuthOptions {
  /** The `iss` of every access token: the URL under which callers reach the service. */
  readonly issuer: string
  /** How often an address may try to sign in. */
  readonly signInLimit: RateLimitText
  readonly accounts: Accounts
  readonly passwords: Passwords
  readonly stores: AuthStores
  readonly cipher: ShopCipher
  /** Where attempts are counted. */
  readonly counts: Coordination['counts']
  readonly clock: Clock
}

/** Puts together what knows who is signed in. */
export function createAuth(options: AuthOptions) {
  const { issuer, accounts, passwords, stores, cipher, counts, clock, signInLimit } = options
  const rolesOf = async (username: string) => (await accounts.find(username))?.roles
  /** The keys that sign access tokens, which come and go by themselves. */
  const keys = createKeyRing({ store: stores.keys, clock })
  /** Issues access tokens, and judges them. */
  const tokens = createTokenService({
    issuer,
    audience: AUDIENCE,
    keys,
    revocations: stores.revocations,
    // As they are now: a role that is taken away is not in the next token.
    claims: async ({ sub }) => ({ roles: await rolesOf(sub) }),
    clock,
  })
  return {
    accounts,
    keys,
    tokens,
    /** Sign-ins of programs, each of which is a family of refresh tokens. */
    refresh: createRefreshService({ store: stores.refresh, tokens, clock }),
    /** Sign-ins of browsers. */
    sessions: createSessions<undefined>({ store: stores.sessions, clock }),
    passwords,
    policy: createPasswordPolicy({ context: ['orders-api'] }),
    totp: createTotp({ store: stores.totp, issuer: 'orders-api', cipher: totpCipher(cipher), clock }),
    recoveryCodes: createRecoveryCodes({ store: stores.recoveryCodes }),
    ...links(options),
    apiKeys: createApiKeys({
      store: stores.apiKeys,
      prefix: API_KEY_PREFIX,
      ownerScopes: async (owner) => {
        const roles = await rolesOf(owner)
        return roles && scopesOf(roles)
      },
      clock,
    }),
    /** What has happened to accounts and keys. */
    audit: createAudit({ sink: stores.audit, clock }),
    /** Counts who tries how often. */
    attempts: createAttempts({ perClient: signInLimit, counts, cipher, clock }),
    cipher,
  }
}

/** What may be done once, and not any more when the account has another password by then, or the address an account. */
function links({ accounts, stores, clock }: AuthOptions) {
  const store = stores.actionTokens
  const password = async (sub: string) => {
    const account = await accounts.find(sub)
    return account && String(account.passwordVersion)
  }
  const exists = async (sub: string) => ((await accounts.find(sub)) ? 'exists' : undefined)
  const isFree = async (index: string) => ((await accounts.findByIndex(index)) ? undefined : 'free')
  return {
    /** Of a password that was right, while the second factor is asked for: another hash of it ends none. */
    secondSteps: createActionTokens<undefined>({
      store,
      purpose: 'second-step',
      ttl: '5m',
      state: password,
      clock,
    }),
    /**
     * Links for a new password; the data is the version of the password that it replaces. A state would end a link in the
     * middle of a reset, which shall be finished with the same one.
     */
    resets: createActionTokens<number>({ store, purpose: 'reset', state: exists, clock }),
    /** Links for a new account; the subject is the blind index of an address, the data the address, encrypted. */
    signUps: createActionTokens<string>({ store, purpose: 'sign-up', ttl: '1d', state: isFree, clock }),
  }
}
