import { describe, expect, test } from 'vitest'
import { createApiKeys, memoryApiKeyStore } from '../../api-keys/index.js'
import { createTotp, memoryTotpStore } from '../../totp/index.js'
import {
  createRefreshService,
  createSessions,
  createTokenService,
  hmacKey,
  memoryRefreshStore,
  memorySessionStore,
} from '../index.js'

const issuer = 'https://login.example.com'
const keys = hmacKey('a secret of thirty-two bytes, at least')
const tokens = createTokenService({ issuer, audience: 'https://api.example.com', keys })
const refresh = createRefreshService({ store: memoryRefreshStore(), tokens })
const sessions = createSessions({ store: memorySessionStore() })
const apiKeys = createApiKeys({ store: memoryApiKeyStore(), prefix: 'shop' })
const totp = createTotp({ store: memoryTotpStore(), issuer: 'Example Shop' })

describe('a name that a store is asked by', () => {
  describe.each<[string, (name: string) => Promise<unknown>]>([
    ['the subject of a refresh family', (sub) => refresh.start({ sub, clientId: 'web' })],
    ['the subject of a session', (sub) => sessions.create(sub)],
    ['the owner of an API key', (ownerId) => apiKeys.create({ ownerId, scopes: [] })],
    ['the subject of a second factor', (sub) => totp.enroll(sub, { account: 'ann' })],
    ['the sub of an access token', (sub) => tokens.issueAccess({ sub, clientId: 'web' })],
    ['its sid', (sid) => tokens.issueAccess({ sub: 'ann', sid, clientId: 'web' })],
    ['a jti that is revoked', (jti) => tokens.revoke(jti)],
    ['a sid that is revoked', (sid) => tokens.revokeSession(sid)],
    ['a sub that is revoked', (sub) => tokens.revokeAll(sub)],
    [
      'an issuer',
      async (name) => createTokenService({ issuer: name, audience: 'https://api.example.com', keys }),
    ],
  ])('as %s', (_, give) => {
    test.each([
      ['1,024 letters', 'x'.repeat(1_024)],
      ['1,023 bytes of another script', '密'.repeat(341)],
    ])('may have %s', async (_name, name) => {
      await expect(give(name)).resolves.not.toThrow()
    })

    // What an index of PostgreSQL, or its text, does not hold would be UNAVAILABLE to that user for ever.
    test.each([
      ['1,025 letters', 'x'.repeat(1_025)],
      ['1,026 bytes of another script', '密'.repeat(342)],
      ['U+0000', 'a\0'],
      ['half a character', '\ud800'],
    ])('may not have %s', async (_name, name) => {
      await expect(give(name)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    })
  })
})
