import { type ActionTokens, createActionTokens } from '@base/auth/action-tokens'
import { type ApiKeys, createApiKeys } from '@base/auth/api-keys'
import { type Audit, createAudit } from '@base/auth/audit'
import { createPasswordPolicy, type PasswordPolicy, type Passwords } from '@base/auth/passwords'
import { createRecoveryCodes, type RecoveryCodes } from '@base/auth/recovery-codes'
import {
  createKeyRing,
  createRefreshService,
  createSessions,
  createTokenService,
  type KeyRing,
  type RefreshService,
  type Sessions,
  type TokenService,
} from '@base/auth/tokens'
import { createTotp, type Totp } from '@base/auth/totp'
import type { Clock } from '@base/core/clock'
import type { RateLimitText } from '@base/resilience/rate-limiter'
import type { Accounts } from '../accounts/account.ts'
import { API_KEY_PREFIX } from '../api-keys/api-key-prefix.ts'
import { scopesOf } from '../api-keys/key-scope.ts'
import type { Coordination } from '../coordination/coordination.ts'
import { type ShopCipher, totpCipher } from '../encryption/shop-cipher.ts'
import { Attempts } from './attempts.ts'
import type { AuthStores, CredentialStores } from './auth-stores.ts'

/** For whom the access tokens are: this service. */
const AUDIENCE = 'orders-api'

/** What knows who is signed in, and what one signs in with. */
export interface Auth {
  readonly accounts: Accounts
  /** The keys that sign access tokens, which come and go by themselves. */
  readonly keys: KeyRing
  /** Issues access tokens, and judges them. */
  readonly tokens: TokenService
  /** Sign-ins of programs, each of which is a family of refresh tokens. */
  readonly refresh: RefreshService
  /** Sign-ins of browsers. */
  readonly sessions: Sessions<undefined>
  readonly passwords: Passwords
  readonly policy: PasswordPolicy
  readonly totp: Totp
  readonly recoveryCodes: RecoveryCodes
  /** Of a password that was right, while the second factor is asked for. */
  readonly secondSteps: ActionTokens<undefined>
  /** Links for a new password. */
  readonly resets: ActionTokens<undefined>
  /** Links for a new account; the subject is the blind index of an address, the data the address, encrypted. */
  readonly signUps: ActionTokens<string>
  readonly apiKeys: ApiKeys
  /** What has happened to accounts and keys. */
  readonly audit: Audit
  /** Counts who tries how often. */
  readonly attempts: Attempts
  readonly cipher: ShopCipher
}

/** What {@link createAuth} works with. */
export interface AuthOptions {
  /** The `iss` of every access token: the URL under which callers reach the service. */
  readonly issuer: string
  /** How often an address may try to sign in. */
  readonly signInLimit: RateLimitText
  readonly accounts: Accounts
  readonly passwords: Passwords
  readonly stores: AuthStores & CredentialStores
  readonly cipher: ShopCipher
  /** Where attempts are counted. */
  readonly counts: Coordination['counts']
  readonly clock: Clock
}

/** Puts together what knows who is signed in. */
export function createAuth(options: AuthOptions): Auth {
  const { issuer, accounts, passwords, stores, cipher, counts, clock, signInLimit } = options
  const keys = createKeyRing({ store: stores.keys, clock })
  const tokens = createTokenService({
    issuer,
    audience: AUDIENCE,
    keys,
    revocations: stores.revocations,
    // As they are now: a role that is taken away is not in the next token.
    claims: async ({ sub }) => {
      const account = await accounts.find(sub)
      return account === undefined ? {} : { roles: account.roles }
    },
    clock,
  })
  return {
    accounts,
    keys,
    tokens,
    refresh: createRefreshService({ store: stores.refresh, tokens, clock }),
    sessions: createSessions({ store: stores.sessions, clock }),
    passwords,
    policy: createPasswordPolicy({ context: ['orders-api'] }),
    totp: createTotp({ store: stores.totp, issuer: 'orders-api', cipher: totpCipher(cipher), clock }),
    recoveryCodes: createRecoveryCodes({ store: stores.recoveryCodes }),
    ...links(options),
    apiKeys: createApiKeys({
      store: stores.apiKeys,
      prefix: API_KEY_PREFIX,
      ownerScopes: async (owner) => {
        const account = await accounts.find(owner)
        return account && scopesOf(account.roles)
      },
      clock,
    }),
    audit: createAudit({ sink: stores.audit, clock }),
    attempts: new Attempts({ perClient: signInLimit, counts, cipher, clock }),
    cipher,
  }
}

/** What may be done once, and not any more when the account has another password by then, or the address an account. */
function links({ accounts, stores, clock }: AuthOptions): Pick<Auth, 'secondSteps' | 'resets' | 'signUps'> {
  const store = stores.actionTokens
  const password = async (sub: string) => {
    const account = await accounts.find(sub)
    return account && (account.passwordHash ?? 'none')
  }
  const isFree = async (index: string) => ((await accounts.findByIndex(index)) ? undefined : 'free')
  return {
    secondSteps: createActionTokens({ store, purpose: 'second-step', ttl: '5m', state: password, clock }),
    resets: createActionTokens({ store, purpose: 'reset', state: password, clock }),
    signUps: createActionTokens({ store, purpose: 'sign-up', ttl: '1d', state: isFree, clock }),
  }
}
