import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import {
  createRefreshService,
  createTokenService,
  hmacKey,
  introspect,
  memoryRefreshStore,
  memoryRevocationStore,
  revokeToken,
} from '../index.js'

const API = 'https://api.example'
const OTHER = 'https://other.example'
const JKT = 'k'.repeat(43)

/** The services of an authorization server. */
function servicesOf(options: { readonly isAway?: () => boolean } = {}) {
  const clock = new TestClock()
  const inner = memoryRevocationStore({ clock })
  const revocations = new Proxy(inner, {
    get: (target, name: keyof typeof inner) => {
      if (options.isAway?.()) return () => Promise.reject(new Error('down'))
      return (target[name] as (...args: unknown[]) => unknown).bind(target)
    },
  })
  const tokens = createTokenService({
    issuer: 'https://login.example',
    audience: API,
    keys: hmacKey('a secret of thirty-two bytes, at least'),
    revocations,
    clock,
  })
  const refresh = createRefreshService({ store: memoryRefreshStore({ clock }), tokens, clock })
  return { clock, tokens, refresh }
}

const signIn = { sub: 'ann', clientId: 'web', scope: 'read write' }

describe('introspect', () => {
  test('gives the claims of an access token that is good', async () => {
    const services = servicesOf()
    const { accessToken, familyId } = await services.refresh.start({ ...signIn, amr: ['pwd'] })
    const now = services.clock.now() / 1_000
    expect(await introspect(accessToken, services)).toEqual({
      active: true,
      token_type: 'Bearer',
      iss: 'https://login.example',
      aud: API,
      sub: 'ann',
      client_id: 'web',
      scope: 'read write',
      sid: familyId,
      amr: ['pwd'],
      auth_time: now,
      iat: now,
      exp: now + 900,
      jti: expect.any(String),
    })
  })

  test('says which access token is bound to a key', async () => {
    const services = servicesOf()
    const { accessToken } = await services.refresh.start({ ...signIn, jkt: JKT })
    expect(await introspect(accessToken, services)).toMatchObject({ token_type: 'DPoP', cnf: { jkt: JKT } })
  })

  test('says of a refresh token what it is, so that nobody takes it for an access token', async () => {
    const services = servicesOf()
    const { refreshToken, familyId } = await services.refresh.start({ ...signIn, jkt: JKT })
    const now = services.clock.now() / 1_000
    expect(await introspect(refreshToken, services)).toEqual({
      active: true,
      token_type: 'refresh_token',
      sub: 'ann',
      client_id: 'web',
      scope: 'read write',
      sid: familyId,
      cnf: { jkt: JKT },
      iat: now,
      exp: now + 7 * 86_400,
    })
  })

  test.each(['', 'x', 'a.b.c', 'x'.repeat(68), 'x'.repeat(100_000), undefined, null, 7, {}])(
    'says nothing of %j but that it is not active',
    async (token) => {
      expect(await introspect(token as never, servicesOf())).toEqual({ active: false })
    },
  )

  test('says nothing of a token that is expired, revoked, rotated or changed', async () => {
    const services = servicesOf()
    const { tokens, refresh, clock } = services
    const first = await refresh.start(signIn)
    const second = await refresh.start(signIn)
    const third = await refresh.start(signIn)
    await refresh.rotate(third.refreshToken, { clientId: 'web' })
    await tokens.revoke((await claimsOf(tokens, first.accessToken)) as never)
    await refresh.revokeFamily(second.familyId)
    const dead = [
      first.accessToken,
      second.refreshToken,
      second.accessToken,
      third.refreshToken,
      `${third.accessToken.slice(0, -2)}AA`,
    ]
    for (const token of dead) expect(await introspect(token, services)).toEqual({ active: false })
    await clock.advance('16m')
    expect(await introspect(third.accessToken, services)).toEqual({ active: false })
  })

  test('tells a resource server of tokens for itself alone, and never of refresh tokens', async () => {
    const services = servicesOf()
    const { accessToken, refreshToken } = await services.refresh.start(signIn)
    expect(await introspect(accessToken, services, { audience: API })).toMatchObject({ active: true })
    expect(await introspect(accessToken, services, { audience: OTHER })).toEqual({ active: false })
    for (const audience of [API, OTHER])
      expect(await introspect(refreshToken, services, { audience })).toEqual({ active: false })
  })

  test('tells a client of its own tokens alone', async () => {
    const services = servicesOf()
    const { accessToken, refreshToken } = await services.refresh.start(signIn)
    for (const token of [accessToken, refreshToken]) {
      expect(await introspect(token, services, { clientId: 'web' })).toMatchObject({ active: true })
      expect(await introspect(token, services, { clientId: 'mobile' })).toEqual({ active: false })
    }
  })

  test('works where there are no refresh tokens', async () => {
    const { tokens, refresh } = servicesOf()
    const { accessToken, refreshToken } = await refresh.start(signIn)
    expect(await introspect(accessToken, { tokens })).toMatchObject({ active: true })
    expect(await introspect(refreshToken, { tokens })).toEqual({ active: false })
  })

  test('says nothing where it cannot know: the call fails', async () => {
    let isAway = false
    const services = servicesOf({ isAway: () => isAway })
    const { accessToken } = await services.refresh.start(signIn)
    isAway = true
    await expect(introspect(accessToken, services)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(revokeToken(accessToken, services)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe('revokeToken', () => {
  test('takes an access token back, and only that one', async () => {
    const services = servicesOf()
    const { accessToken, refreshToken } = await services.refresh.start(signIn)
    await revokeToken(accessToken, services)
    expect(await introspect(accessToken, services)).toEqual({ active: false })
    expect(await introspect(refreshToken, services)).toMatchObject({ active: true })
  })

  test('takes a family back, by a refresh token of any generation', async () => {
    const services = servicesOf()
    const { refreshToken } = await services.refresh.start(signIn)
    const rotated = await services.refresh.rotate(refreshToken, { clientId: 'web' })
    await revokeToken(refreshToken, services)
    expect(rotated.ok && (await introspect(rotated.value.refreshToken, services))).toEqual({ active: false })
    expect(await services.refresh.sessions('ann')).toEqual([])
  })

  test.each(['', 'x', 'a.b.c', 'x'.repeat(68), undefined, null, 7, {}])(
    'takes %j, which nobody knows, for done (RFC 7009, section 2.2)',
    async (token) => {
      expect(await revokeToken(token as never, servicesOf())).toBeUndefined()
    },
  )

  test('leaves the tokens of another client alone, and does not say so', async () => {
    const services = servicesOf()
    const { accessToken, refreshToken } = await services.refresh.start(signIn)
    for (const token of [accessToken, refreshToken]) {
      expect(await revokeToken(token, services, { clientId: 'mobile' })).toBeUndefined()
      expect(await introspect(token, services)).toMatchObject({ active: true })
      await revokeToken(token, services, { clientId: 'web' })
      expect(await introspect(token, services)).toEqual({ active: false })
    }
  })

  test('takes an expired token for done', async () => {
    const services = servicesOf()
    const { accessToken } = await services.refresh.start(signIn)
    await services.clock.advance('1h')
    expect(await revokeToken(accessToken, services)).toBeUndefined()
  })

  test('works where there are no refresh tokens', async () => {
    const { tokens, refresh } = servicesOf()
    const { refreshToken } = await refresh.start(signIn)
    await revokeToken(refreshToken, { tokens })
    expect(await refresh.sessions('ann')).toHaveLength(1)
  })
})

describe('a refresh service with a token service', () => {
  test('revokeAll ends both, at once', async () => {
    const services = servicesOf()
    const { accessToken, refreshToken } = await services.refresh.start(signIn)
    await services.refresh.revokeAll('ann')
    for (const token of [accessToken, refreshToken])
      expect(await introspect(token, services)).toEqual({ active: false })
    const again = await services.refresh.start(signIn)
    expect(await introspect(again.accessToken, services)).toMatchObject({ active: true })
  })

  test('a sign-in that ends takes its access tokens with it, and those of no other (RFC 7009, section 2.1)', async () => {
    const services = servicesOf()
    const { refresh, clock } = services
    const [signedOut, stolen, other] = [
      await refresh.start(signIn),
      await refresh.start(signIn),
      await refresh.start(signIn),
    ]
    const thief = await refresh.rotate(stolen.refreshToken, { clientId: 'web' })
    await clock.advance('10s')

    await revokeToken(signedOut.refreshToken, services)
    expect(await refresh.rotate(stolen.refreshToken, { clientId: 'web' })).toMatchObject({
      error: { code: 'REFRESH_REUSED' },
    })

    expect(await introspect(signedOut.accessToken, services)).toEqual({ active: false })
    expect(await introspect(stolen.accessToken, services)).toEqual({ active: false })
    expect(thief.ok && (await introspect(thief.value.accessToken, services))).toEqual({ active: false })
    expect(await introspect(other.accessToken, services)).toMatchObject({ active: true })
  })

  test('asks anew for roles and other claims at each rotation, so that a right that was taken is gone', async () => {
    let roles = ['admin']
    const clock = new TestClock()
    const tokens = createTokenService({
      issuer: 'https://login.example',
      audience: API,
      keys: hmacKey('a secret of thirty-two bytes, at least'),
      claims: ({ sub }) => ({ roles, groups: [`${sub}s`] }),
      clock,
    })
    const refresh = createRefreshService({ store: memoryRefreshStore({ clock }), tokens, clock })
    const first = await refresh.start(signIn)
    roles = ['user']
    const second = await refresh.rotate(first.refreshToken, { clientId: 'web' })
    expect(await claimsOf(tokens, first.accessToken)).toMatchObject({ roles: ['admin'], groups: ['anns'] })
    expect(second.ok && (await claimsOf(tokens, second.value.accessToken))).toMatchObject({
      roles: ['user'],
    })
  })
})

describe.each([
  ['introspect', introspect],
  ['revokeToken', revokeToken],
])('%s', (name, ask) => {
  const { tokens } = servicesOf()

  test.each<[string, unknown]>([
    ['services', undefined],
    ['services', null],
    ['services', 'tokens'],
    ['services.tokens', {}],
    ['services.tokens', { tokens: {} }],
    ['services.refresh', { tokens, refresh: {} }],
    ['services.refresh', { tokens, refresh: null }],
  ])('refuses wrong %s, whatever the token is', async (option, services) => {
    for (const token of ['x', 'x'.repeat(68)])
      await expect(ask(token, services as never)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(`@base/auth ${name}: ${option} must be `),
      })
  })
})

async function claimsOf(tokens: ReturnType<typeof createTokenService>, token: string): Promise<unknown> {
  const verified = await tokens.verifyAccess(token)
  return verified.ok ? verified.value : undefined
}
