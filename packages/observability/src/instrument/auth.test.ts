import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAudit, memoryAuditSink } from '@base/auth/audit'
import { defineAuthorization } from '@base/auth/authorization'
import { createOidcClient } from '@base/auth/oauth'
import { createPasswords } from '@base/auth/passwords'
import { createRecoveryCodes } from '@base/auth/recovery-codes'
import {
  createKeyRing,
  createRefreshService,
  createTokenService,
  createVerifier,
  memoryKeyStore,
  memoryRefreshStore,
  remoteJwks,
} from '@base/auth/tokens'
import { createTotp, memoryTotpStore } from '@base/auth/totp'
import { TestClock } from '@base/core/testing'
import { afterAll, expect, test } from 'vitest'
import { expectAllHeard, keepMessages, watch } from './test-watch.js'

keepMessages()

const ISSUER = 'https://login.example.com'
const AUDIENCE = 'https://api.example.com'
const outcome = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

test('a token that is refused, told by its code alone', async () => {
  const clock = new TestClock()
  const { read, lines, all } = watch()
  const ring = createKeyRing({ clock })
  const tokens = createTokenService({ issuer: ISSUER, audience: AUDIENCE, keys: ring, clock })
  const { token } = await tokens.issueAccess({ sub: 'jane', clientId: 'web' })
  const verifier = createVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: [ring.algorithm],
    keys: ring,
    clock,
  })
  await verifier.verify('no-token')
  await clock.advance('2h')
  await verifier.verify(token)
  const metrics = await read()
  const refused = (code: string) =>
    metrics.value('base.verifier.refusals', { 'base.code': code, 'base.issuer': ISSUER })
  expect([refused('TOKEN_MALFORMED'), refused('TOKEN_EXPIRED')]).toEqual([1, 1])
  expect(lines.filter(({ message }) => message === 'token refused')).toMatchObject([
    { level: 'info', 'base.code': 'TOKEN_MALFORMED', 'base.reason': expect.any(String) },
    { level: 'info', 'base.code': 'TOKEN_EXPIRED' },
  ])
  const text = await all()
  for (const secret of ['no-token', token, token.split('.')[2] as string]) expect(text).not.toContain(secret)
})

test('a key ring that turns, loses a key, and cannot turn', async () => {
  const clock = new TestClock()
  const { read, lines, all } = watch()
  const inner = memoryKeyStore()
  let isAway = false
  const store = {
    load: () => inner.load(),
    replace: async (...args: Parameters<typeof inner.replace>) => {
      if (isAway) throw new Error('away')
      return inner.replace(...args)
    },
  }
  const ring = createKeyRing({ store, clock, rotateEvery: '2h' })
  const tokens = createTokenService({ issuer: ISSUER, audience: AUDIENCE, keys: ring, clock })
  const { kid } = await ring.rotate()
  await ring.compromise(kid)
  await tokens.issueAccess({ sub: 'jane', clientId: 'web' })
  isAway = true
  await clock.advance('1h')
  await tokens.issueAccess({ sub: 'jane', clientId: 'web' })
  await expect.poll(async () => (await read()).value('base.key_ring.rotation_failures')).toBe(1)
  const metrics = await read()
  expect(metrics.value('base.key_ring.rotations')).toBeGreaterThan(0)
  expect(metrics.value('base.key_ring.compromises')).toBe(1)
  expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual(
    expect.arrayContaining([
      'info key ring has a new key',
      'warn key taken out of its ring',
      'error key ring could not make a new key',
    ]),
  )
  expect(lines).toContainEqual(expect.objectContaining({ 'base.kid': kid }))
  const { keys } = await inner.load()
  for (const key of keys) expect(await all()).not.toContain(JSON.stringify(key).slice(-40))
})

test('key sets that come and do not come, told by their host', async () => {
  const { body } = await createKeyRing({ clock: new TestClock() }).jwks()
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/keys') === true) response.end(JSON.stringify(body))
    else response.writeHead(500).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const { read, lines, all } = watch()
  await remoteJwks(`http://127.0.0.1:${port}/keys?api_key=hush`).current()
  await outcome(Promise.resolve(remoteJwks(`http://127.0.0.1:${port}/away`).current()))
  const metrics = await read()
  const host = { 'server.address': '127.0.0.1' }
  expect(metrics.value('base.jwks.fetches', host)).toBe(1)
  expect(metrics.value('base.jwks.fetch_failures', host)).toBe(1)
  expect(lines).toMatchObject([
    {
      level: 'debug',
      'url.full': `http://127.0.0.1:${port}/keys`,
      'base.keys': body.keys.length,
      'base.keys.ignored': 0,
    },
    { level: 'warn', 'url.full': `http://127.0.0.1:${port}/away`, err: expect.any(Error) },
  ])
  expect(await all()).not.toContain('hush')
})

test('a refresh token that comes again: whose it is stands in the line alone, its session nowhere', async () => {
  const clock = new TestClock()
  const { read, lines, all } = watch()
  const tokens = {
    issueAccess: async () => ({ token: 'access-token' }),
    revokeAll: async () => {},
    revokeSession: async () => {},
  }
  const store = memoryRefreshStore({ clock })
  const refresh = createRefreshService({ tokens: tokens as never, store, clock })
  const { refreshToken } = await refresh.start({ sub: 'user-jane', clientId: 'web', scope: 'read' })
  await refresh.rotate(refreshToken, { clientId: 'web' })
  await clock.advance('1m')
  await refresh.rotate(refreshToken, { clientId: 'web' })
  const metrics = await read()
  expect(metrics.value('base.refresh.reuses', { 'base.within_grace': false })).toBe(1)
  expect(lines).toMatchObject([
    { level: 'warn', 'user.id': 'user-jane', 'base.client_id': 'web', 'base.within_grace': false },
  ])
  expect(
    metrics.series('base.refresh.reuses').flatMap(({ attributes }) => Object.values(attributes)),
  ).toEqual(['false'])
  const text = await all()
  expect(text).not.toContain(refreshToken)
  expect(text).not.toContain('family')
})

test('a second factor that is locked, and a recovery code that stands in', async () => {
  const { read, lines, traced } = watch()
  const clock = new TestClock()
  const totp = createTotp({ store: memoryTotpStore(), issuer: 'Shop', clock, maxFailures: 1 })
  const codes = createRecoveryCodes()
  const [code = ''] = await codes.generate('user-jane')
  await totp.enroll('user-jane', { account: 'jane@example.com' })
  const { events } = await traced(async () => {
    for (const guess of ['000000', '000001', '000002']) await totp.verify('user-jane', guess)
    await codes.redeem('user-jane', code)
  })
  const metrics = await read()
  expect(metrics.value('base.totp.locks')).toBeGreaterThan(0)
  expect(metrics.value('base.recovery_codes.redemptions')).toBe(1)
  expect(metrics.series('base.recovery_codes.redemptions')[0]?.attributes).toEqual({})
  expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', 'user.id': 'user-jane' }))
  expect(JSON.stringify(lines)).not.toContain(code)
  // A span goes to who traces, not to who guards.
  expect(JSON.stringify(events)).not.toContain('jane')
  expect(events.map(([name]) => name)).toContain('base.recovery_codes.redeemed')
})

test('a decision, without who asked', async () => {
  const { read, lines, all } = watch()
  interface Shop {
    principal: { id: string; email: string }
    resources: { order: { id: number } }
    actions: { order: 'read' | 'cancel' }
  }
  const authorization = defineAuthorization<Shop>()({
    roles: ['customer', 'support'],
    permissions: { support: ['order:read'] },
  })
  const principal = { id: 'u1', email: 'jane@example.com', roles: ['support'] as const }
  authorization.can({ principal, action: 'order:read', resource: { id: 1 } } as never)
  authorization.can({ principal, action: 'order:cancel', resource: { id: 1 } } as never)
  const metrics = await read()
  const decided = (action: string, decision: string) =>
    metrics.value('base.authorization.decisions', { 'base.action': action, 'base.decision': decision })
  expect([decided('order:read', 'allow'), decided('order:cancel', 'deny')]).toEqual([1, 1])
  expect(lines[0]).toMatchObject({ level: 'debug', 'base.reasons': ['role:support:order:read'] })
  expect(await all()).not.toContain('jane')
})

test('what cannot be recorded, and a stored password that cannot be read', async () => {
  const { read, lines, all } = watch()
  const sink = memoryAuditSink()
  const away = {
    head: sink.head.bind(sink),
    read: sink.read.bind(sink),
    append: () => Promise.reject(new Error('disk full')),
  }
  await outcome(createAudit({ sink: away }).record({ action: 'user.delete', details: { password: 'hush' } }))
  const kdf = {
    id: 'argon2id',
    hash: async () => 'hashed',
    verify: async () => false,
    needsRehash: () => false,
    recognises: (text: string) => text === 'hashed',
  }
  await createPasswords({ kdf }).verify('correct horse battery staple', 'not-a-hash')
  const metrics = await read()
  expect(metrics.value('base.audit.failures', { 'base.chain': 'audit' })).toBe(1)
  expect(metrics.value('base.passwords.unreadable', { 'base.kdf': 'argon2id' })).toBe(1)
  expect(lines.map(({ level }) => level)).toEqual(['error', 'error'])
  expect(lines[0]).toMatchObject({ 'base.action': 'user.delete', err: expect.any(Error) })
  for (const secret of ['hush', 'correct horse', 'not-a-hash']) expect(await all()).not.toContain(secret)
})

test('a provider that does not answer, and a sign-in that is refused', async () => {
  const { read, lines, all } = watch()
  const metadata = {
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/authorize`,
    token_endpoint: `${ISSUER}/token`,
    jwks_uri: `${ISSUER}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  }
  let isAway = true
  const fetch = async () => {
    if (isAway) throw new TypeError('fetch failed')
    return Response.json(metadata)
  }
  const client = createOidcClient({
    issuer: ISSUER,
    clientId: 'shop',
    clientSecret: 'hush',
    fetch,
    clock: new TestClock(),
  })
  const redirectUri = 'https://shop.example/callback'
  await outcome(client.begin({ redirectUri }))
  isAway = false
  const second = createOidcClient({
    issuer: ISSUER,
    clientId: 'shop',
    clientSecret: 'hush',
    fetch,
    clock: new TestClock(),
  })
  const { transactionId } = await second.begin({ redirectUri })
  await second.complete(`${redirectUri}?code=the-code&state=forged`, transactionId)
  const metrics = await read()
  expect(metrics.value('base.oauth.discovery_failures', { 'base.issuer': ISSUER })).toBe(1)
  expect(metrics.series('base.oauth.refusals', { 'base.issuer': ISSUER })).toMatchObject([
    { attributes: { 'base.code': expect.stringMatching(/^OAUTH_/) }, value: 1 },
  ])
  expect(lines.map(({ level }) => level)).toEqual(['warn', 'info'])
  for (const secret of ['hush', 'the-code', 'forged', transactionId])
    expect(await all()).not.toContain(secret)
})

expectAllHeard('base:auth:')
