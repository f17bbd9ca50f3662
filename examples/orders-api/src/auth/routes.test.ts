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
import { expect, test } from 'vitest'
import type { Accounts } from '../accounts/account.ts'
import { openCipher } from '../encryption/shop-cipher.ts'
import { createApp } from '../http/app.ts'
import { createAuth } from './auth.ts'
import type { AuthStores, CredentialStores } from './auth-stores.ts'
import { authRoutes } from './routes.ts'

/** What is looked at of an answer. */
interface Answer {
  readonly refreshToken: string
  readonly code: string
}

const away = () => Promise.reject(new Error('the store is away'))

const PASSWORD = 'analytical-engine'
const passwords = createPasswords({ kdf: nodeRsArgon2() })
const passwordHash = await passwords.hash(PASSWORD)
const find = async () => ({ username: 'ada', roles: ['customer'] as const, passwordHash })

function house() {
  const stores: AuthStores & CredentialStores = {
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
  const accounts: Accounts = {
    find,
    findByIndex: find,
    replacePassword: async () => true,
    replaceRoles: async () => true,
  }
  const options = {
    accounts,
    passwords,
    cipher: openCipher(undefined, systemClock),
    issuer: 'https://shop.example.com',
    signInLimit: '10/minute',
    counts: { store: memoryRateLimitStore() },
    clock: systemClock,
  } as const
  const app = createApp(
    { '/auth': authRoutes(createAuth({ ...options, stores })) },
    { logger: memoryLogger().logger, metrics: createMetrics() },
  )
  const post = async (path: string, body: object) => {
    const init = {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }
    const response = await app.request(`/auth${path}`, init, { address: '127.0.0.1' })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Answer }
  }
  const signIn = async () => {
    const { body } = await post('/sign-in', { username: 'ada', password: PASSWORD })
    return body.refreshToken
  }
  return { stores, post, signIn }
}

test.each(['find', 'rotate'] as const)(
  'a refresh whose store fails in %s is a 503 that takes nothing away: the same token is good afterwards',
  async (method) => {
    const { stores, post, signIn } = house()
    const refreshToken = await signIn()
    const working = stores.refresh[method]
    stores.refresh[method] = away
    const { status, headers, body } = await post('/refresh', { refreshToken })
    stores.refresh[method] = working as never

    expect([status, body]).toMatchObject([503, { code: 'UNAVAILABLE' }])
    // Neither does it tell a client to sign in again, nor a browser to drop what it has.
    for (const name of ['www-authenticate', 'set-cookie', 'clear-site-data']) {
      expect(headers.get(name)).toBeNull()
    }
    expect((await post('/refresh', { refreshToken })).status).toBe(200)
  },
)

test('a refresh for which no access token can be issued is a 503, and leaves the token good', async () => {
  const { stores, post, signIn } = house()
  const refreshToken = await signIn()
  const { find } = stores.revocations
  stores.revocations.find = away
  const { status, body } = await post('/refresh', { refreshToken })
  stores.revocations.find = find

  expect([status, body]).toMatchObject([503, { code: 'REVOCATIONS_UNAVAILABLE' }])
  expect((await post('/refresh', { refreshToken })).status).toBe(200)
})

test('a sign-out that nobody could note is a 503, not a success', async () => {
  const { stores, post, signIn } = house()
  const refreshToken = await signIn()
  stores.refresh.revokeFamily = away

  expect((await post('/sign-out', { refreshToken })).status).toBe(503)
})
