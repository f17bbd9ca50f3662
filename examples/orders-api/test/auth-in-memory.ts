import { memoryActionTokenStore } from '@base/auth/action-tokens'
import { memoryApiKeyStore } from '@base/auth/api-keys'
import { memoryAuditSink } from '@base/auth/audit'
import { memoryOAuthTransactionStore } from '@base/auth/oauth'
import { createPasswords, nodeRsArgon2 } from '@base/auth/passwords'
import { memoryRecoveryCodeStore } from '@base/auth/recovery-codes'
import {
  memoryKeyStore,
  memoryRefreshStore,
  memoryRevocationStore,
  memorySessionStore,
} from '@base/auth/tokens'
import { memoryTotpStore } from '@base/auth/totp'
import { systemClock } from '@base/core/clock'
import { createMetrics } from '@base/observability/metrics'
import { memoryLogger } from '@base/observability/testing'
import { memoryRateLimitStore } from '@base/resilience/rate-limiter'
import type { Account, Accounts } from '../src/accounts/account.ts'
import { accountRoutes } from '../src/accounts/routes.ts'
import { createAuth } from '../src/auth/auth.ts'
import type { AuthStores } from '../src/auth/auth-stores.ts'
import { authRoutes } from '../src/auth/routes.ts'
import { openCipher } from '../src/encryption/shop-cipher.ts'
import { createApp } from '../src/http/app.ts'
import { secondFactorRoutes } from '../src/second-factor/routes.ts'
import type { Stores } from '../src/stores.ts'
import { caller } from './caller.ts'

/** What is looked at of an answer. */
interface Answer {
  readonly accessToken: string
  readonly refreshToken: string
  readonly secondStep: string
  readonly code: string
  readonly secret: string
  readonly recoveryCodes: readonly string[]
  readonly detail: string
}

export const ISSUER = 'https://shop.example.com'
export const PASSWORD = 'analytical-engine'
const nobodySignsUp = { run: () => Promise.reject(new Error('nobody signs up here')) }
const passwords = createPasswords({ kdf: nodeRsArgon2() })
const passwordHash = await passwords.hash(PASSWORD)

function storesInMemory(): AuthStores {
  return {
    keys: memoryKeyStore(),
    refresh: memoryRefreshStore(),
    revocations: memoryRevocationStore(),
    sessions: memorySessionStore(),
    actionTokens: memoryActionTokenStore(),
    transactions: memoryOAuthTransactionStore(),
    totp: memoryTotpStore(),
    recoveryCodes: memoryRecoveryCodeStore(),
    apiKeys: memoryApiKeyStore(),
    audit: memoryAuditSink(),
  }
}

/** Accounts of which there is one. */
function adaAlone(): Accounts {
  let ada: Account = { username: 'ada', roles: ['customer'], passwordHash, passwordVersion: 0 }
  const isAda = (name: string) => name === 'ada' || name === 'ada@example.com'
  return {
    find: async (login) => (isAda(login) ? ada : undefined),
    findByIndex: async () => undefined,
    lock: async (names) => (names.includes('ada') ? [ada] : []),
    replacePassword: async ({ passwordVersion }, next) => {
      if (ada.passwordVersion !== passwordVersion) return false
      ada = { ...ada, passwordHash: next, passwordVersion: passwordVersion + 1 }
      return true
    },
    renewHash: async (_, expected, next) => {
      if (ada.passwordHash === expected) ada = { ...ada, passwordHash: next }
    },
    replaceRoles: async () => true,
  }
}

/** The sign-ins and accounts of the service, over HTTP, with ada alone, on stores in memory into which a test can reach. */
export function authInMemory(unitOfWork: Stores['unitOfWork'] = nobodySignsUp) {
  const stores = storesInMemory()
  const letters: string[] = []
  const auth = createAuth({
    accounts: adaAlone(),
    passwords,
    stores,
    cipher: openCipher(undefined, systemClock),
    issuer: ISSUER,
    signInLimit: '1000/minute',
    counts: { store: memoryRateLimitStore() },
    clock: systemClock,
  })
  const customers = {
    findById: async () => ({ username: 'ada', name: 'Ada Lovelace', email: 'ada@example.com', version: 1 }),
  } as unknown as Stores['customers']
  const sendMail = async ({ text }: { text: string }) => void letters.push(text)
  const routes = {
    '/auth': authRoutes(auth),
    '/accounts': accountRoutes(auth, { unitOfWork, customers }, sendMail),
    '/second-factor': secondFactorRoutes(auth),
  }
  const app = createApp(routes, { logger: memoryLogger().logger, metrics: createMetrics() })
  const send = async (method: string, path: string, body: object, more = {}) => {
    const init = {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', origin: ISSUER, ...more },
    }
    const response = await app.request(path, init, caller())
    const text = await response.text()
    const { status, headers } = response
    return { status, headers, body: JSON.parse(text || '{}') as Answer }
  }
  const post = (path: string, body: object, more = {}) => send('POST', path, body, more)
  return {
    auth,
    stores,
    send,
    post,
    signIn: async (password = PASSWORD) =>
      (await post('/auth/sign-in', { username: 'ada', password })).body.refreshToken,
    /** A code for a new password, or an account, out of the letter. */
    codeFor: async (email = 'ada@example.com') => {
      await post('/accounts/codes', { email })
      return /: (\S+)\n/.exec(letters.at(-1) ?? '')?.[1] ?? ''
    },
  }
}
