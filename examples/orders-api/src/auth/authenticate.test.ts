import { createApiKeys } from '@base/auth/api-keys'
import {
  createSessions,
  createTokenService,
  hmacKey,
  memoryRevocationStore,
  type RevocationStore,
} from '@base/auth/tokens'
import { principal } from '@base/core/context'
import { createMetrics } from '@base/observability/metrics'
import { memoryLogger } from '@base/observability/testing'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { caller } from '../../test/caller.ts'
import { createApp } from '../http/app.ts'
import { authenticate } from './authenticate.ts'

function house(revocations: RevocationStore = memoryRevocationStore()) {
  const keys = hmacKey('for tests alone, thirty-two bytes')
  const tokens = createTokenService({ issuer: 'shop', audience: 'orders-api', keys, revocations })
  const judges = {
    tokens,
    sessions: createSessions<undefined>(),
    apiKeys: createApiKeys(),
    accounts: { find: async () => undefined },
  }
  const routes = new Hono().get('/', authenticate(judges), (c) => c.json(principal.require()))
  const app = createApp({ '/me': routes }, { logger: memoryLogger().logger, metrics: createMetrics() })
  const ask = (token: string) =>
    app.request('/me', { headers: { authorization: `Bearer ${token}` } }, caller())
  return { tokens, ask }
}

describe('authentication', () => {
  test('says in the context who is signed in, with their roles', async () => {
    const { tokens, ask } = house()
    const input = { sub: 'ada', clientId: 'shop', roles: ['clerk'] }
    const { token } = await tokens.issueAccess(input)

    expect(await (await ask(token)).json()).toEqual({ id: 'ada', roles: ['clerk'] })
    expect(principal.get()).toBeUndefined()
  })

  test('is a 503 where nobody can say whether a token was revoked, for a good one must not be thrown away', async () => {
    const store = memoryRevocationStore()
    const { tokens, ask } = house(store)
    const { token } = await tokens.issueAccess({ sub: 'ada', clientId: 'shop' })
    store.find = () => Promise.reject(new Error('the store is away'))
    const response = await ask(token)

    expect([response.status, await response.json()]).toMatchObject([503, { code: 'UNAVAILABLE' }])
    expect(response.headers.get('www-authenticate')).toBeNull()
  })
})
