import { UnavailableError } from '@base/core/errors'
import { TestClock } from '@base/core/testing'
import { Browser, loopbackServers } from '@base-internal/tools/openid'
import { exportJWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { encode, pairOf, sign } from '../tokens/fixtures/forge.js'
import {
  type Malice,
  maliciousProvider,
  metadataOf,
  PROVIDER_KEY,
  RSA_KEY,
  signed,
} from './fixtures/malicious-provider.js'
import { shop } from './fixtures/shop.js'
import {
  createOidcClient,
  memoryOAuthTransactionStore,
  type OidcClient,
  type OidcClientOptions,
} from './index.js'

const SECRET = 'a client secret that is long enough for HS256'
const redirectUri = 'https://shop.example/callback'
const serve = loopbackServers()

async function world(malice: Malice = {}, options: Partial<OidcClientOptions> = {}) {
  const provider = maliciousProvider(await serve(), malice)
  const client = createOidcClient({
    issuer: provider.issuer,
    clientId: 'shop',
    clientSecret: SECRET,
    ...options,
  })
  return { client, provider }
}

/** Signs in with a provider that asks nothing; what comes of it. */
async function signIn(malice: Malice = {}, options: Partial<OidcClientOptions> = {}) {
  const { client, provider } = await world(malice, options)
  const { url, transactionId } = await client.begin({ redirectUri })
  return client.complete(provider.answerTo(url), transactionId)
}

const refusedAs = (code: string, cause?: string) =>
  expect.objectContaining({
    ok: false,
    error: expect.objectContaining({
      code,
      ...(cause && { cause: expect.objectContaining({ code: cause }) }),
    }),
  })

test('nothing is wrong with the provider of these tests but what each test does to it', async () => {
  expect(await signIn()).toMatchObject({ ok: true, value: { subject: 'user-1', returnTo: '/' } })
})

describe('a provider whose id token', () => {
  const seconds = () => Math.floor(Date.now() / 1_000)
  const claims = (change: Record<string, unknown>): Malice => ({ claims: (good) => ({ ...good, ...change }) })
  const without = (name: string): Malice => ({
    claims: (good) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name)),
  })

  test.each<[string, Malice]>([
    ['has the nonce of another sign-in', claims({ nonce: 'n'.repeat(43) })],
    ['has no nonce', without('nonce')],
    ['is meant for another client', claims({ aud: 'other' })],
    ['is meant for nobody', without('aud')],
    ['is meant for several, and does not say who may use it', claims({ aud: ['shop', 'other'] })],
    ['is meant for several, and another may use it', claims({ aud: ['shop', 'other'], azp: 'other' })],
    ['is from another issuer', claims({ iss: 'https://accounts.google.com' })],
    ['is from nobody', without('iss')],
    ['has ended', claims({ exp: seconds() - 31 })],
    ['never ends', without('exp')],
    ['is not valid yet', claims({ nbf: seconds() + 600 })],
    ['does not say when it was issued', without('iat')],
    ['has a text for a time', claims({ exp: '2099-01-01' })],
    ['names nobody', without('sub')],
    ['names somebody without a name', claims({ sub: '' })],
    ['names somebody by a number', claims({ sub: 7 })],
    ['names somebody by more than 255 characters', claims({ sub: 'x'.repeat(256) })],
    ['names somebody by what databases cut', claims({ sub: 'user-1\0' })],
    [
      'has an algorithm that the provider does not use',
      { metadata: (good) => ({ ...good, id_token_signing_alg_values_supported: ['RS256'] }) },
    ],
    ['says that it is an access token', { idToken: (good) => signed(good, { typ: 'at+jwt' }) }],
    ['says that it is a logout token', { idToken: (good) => signed(good, { typ: 'logout+jwt' }) }],
    [
      'has a critical extension',
      {
        idToken: (good) => `${encode({ alg: 'ES256', crit: ['x'], x: 1 })}.${encode(good)}.${'A'.repeat(86)}`,
      },
    ],
    ['has padding', { idToken: async (good) => `${await signed(good)}=` }],
    ['has no three parts', { idToken: () => 'e30.e30' }],
    ['is no text', { idToken: () => 7 as never }],
  ])('%s signs nobody in', async (_, malice) => {
    const result = await signIn(malice)
    expect(result.ok).toBe(false)
    expect(!result.ok && result.error.code).toMatch(/^OAUTH_(ID_TOKEN|RESPONSE)_INVALID$/)
  })

  test('has a name twice signs nobody in, for two readers would see two users', async () => {
    const idToken = async (good: Record<string, unknown>) => {
      const twice = JSON.stringify(good).replace('"sub"', '"sub":"user-2","sub"')
      const { privateObject, publicKey } = PROVIDER_KEY
      return sign(privateObject, { alg: 'ES256', kid: publicKey.kid }, twice)
    }
    expect(await signIn({ idToken })).toEqual(refusedAs('OAUTH_ID_TOKEN_INVALID'))
  })

  test('is missing signs nobody in', async () => {
    const tokens = ({ id_token: _, ...rest }: Record<string, unknown>) => rest
    expect(await signIn({ tokens })).toEqual(refusedAs('OAUTH_RESPONSE_INVALID'))
  })
})

describe('somebody in the connection who', () => {
  test.each(['none', 'None', 'NONE', 'noNE', 'zz', '', 'hs256'])(
    'CVE-2026-22817, CVE-2026-22818, CVE-2026-23993: writes alg %j is not believed',
    async (alg) => {
      const idToken = (good: Record<string, unknown>) => `${encode({ alg })}.${encode(good)}.`
      const forged = await signIn({ idToken })
      expect(forged.ok).toBe(false)
      expect(!forged.ok && forged.error.cause).toMatchObject({
        code: expect.stringMatching(/^TOKEN_(ALG_NOT_ALLOWED|MALFORMED)$/),
      })
    },
  )

  test.each<[string, Uint8Array]>([
    ['the PEM of the public key', Buffer.from(RSA_KEY.publicPem)],
    ['the PEM after a space', Buffer.from(` \n${RSA_KEY.publicPem}`)],
    ['the DER of the public key', RSA_KEY.publicObject.export({ type: 'spki', format: 'der' })],
    ['the client secret', Buffer.from(SECRET)],
  ])(
    'CVE-2015-9235, CVE-2016-10555, CVE-2022-29217: signs by HS256 with %s is not believed',
    async (_, key) => {
      const idToken = (good: Record<string, unknown>) =>
        sign(key, { alg: 'HS256', kid: RSA_KEY.publicKey.kid }, good)
      expect(await signIn({ idToken })).toEqual(refusedAs('OAUTH_ID_TOKEN_INVALID', 'TOKEN_ALG_NOT_ALLOWED'))
    },
  )

  test('CVE-2018-0114: brings the key along is not believed', async () => {
    const own = pairOf('ES256')
    const jwk = await exportJWK(own.publicObject)
    const idToken = (good: Record<string, unknown>) =>
      sign(own.privateObject, { alg: 'ES256', kid: PROVIDER_KEY.publicKey.kid, jwk }, good)
    expect(await signIn({ idToken })).toEqual(refusedAs('OAUTH_ID_TOKEN_INVALID', 'TOKEN_BAD_SIGNATURE'))
  })

  test('CVE-2022-21449: signs with zeros is not believed', async () => {
    const idToken = async (good: Record<string, unknown>) => {
      const [header, payload] = (await signed(good)).split('.')
      return `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`
    }
    expect(await signIn({ idToken })).toEqual(refusedAs('OAUTH_ID_TOKEN_INVALID', 'TOKEN_BAD_SIGNATURE'))
  })

  test('signs with a key that the provider has not published is not believed', async () => {
    const own = pairOf('ES256')
    const idToken = (good: Record<string, unknown>) =>
      sign(own.privateObject, { alg: 'ES256', kid: own.publicKey.kid }, good)
    expect(await signIn({ idToken })).toEqual(refusedAs('OAUTH_ID_TOKEN_INVALID', 'TOKEN_UNKNOWN_KEY'))
  })
})

describe('a clock that is not quite right', () => {
  test('openid-client#454, #126, #113, #10: may be 30 s off, and an iat in the future is no reason', async () => {
    const now = Math.floor(Date.now() / 1_000)
    const clock = new TestClock({ now: now * 1_000 })
    const off = (change: Record<string, number>) =>
      signIn({ claims: (good) => ({ ...good, iat: now, ...change }) }, { clock })
    expect(await off({ exp: now - 29 })).toMatchObject({ ok: true })
    expect(await off({ exp: now - 30 })).toEqual(refusedAs('OAUTH_ID_TOKEN_INVALID', 'TOKEN_EXPIRED'))
    expect(await off({ nbf: now + 30 })).toMatchObject({ ok: true })
    expect(await off({ nbf: now + 31 })).toEqual(refusedAs('OAUTH_ID_TOKEN_INVALID', 'TOKEN_NOT_YET_VALID'))
    expect(await off({ iat: now + 50 })).toMatchObject({ ok: true })
  })

  test('may be 30 s off for a sign-in that must be recent, and no second more', async () => {
    const now = Math.floor(Date.now() / 1_000)
    const clock = new TestClock({ now: now * 1_000 })
    const since = async (auth_time: number) => {
      const claims = (good: Record<string, unknown>) => ({ ...good, iat: now, exp: now + 300, auth_time })
      const { client, provider } = await world({ claims }, { clock })
      const { url, transactionId } = await client.begin({ redirectUri, maxAge: '5m' })
      return client.complete(provider.answerTo(url), transactionId)
    }
    expect(await since(now - 330)).toMatchObject({ ok: true })
    expect(await since(now - 331)).toEqual(refusedAs('OAUTH_ID_TOKEN_INVALID'))
    expect(await since(now + 30)).toMatchObject({ ok: true })
    expect(await since(now + 31)).toEqual(refusedAs('OAUTH_ID_TOKEN_INVALID'))
  })
})

describe('an answer to the browser that', () => {
  const state = (name: string, value?: string): Malice => ({
    callback: (good) => {
      if (value === undefined) good.delete(name)
      else good.set(name, value)
      return good
    },
  })

  test.each<[string, Malice, string]>([
    ['has no state', state('state'), 'OAUTH_CALLBACK_INVALID'],
    ['has a state of another form', state('state', 'x'), 'OAUTH_CALLBACK_INVALID'],
    ['has a state that nobody began', state('state', 's'.repeat(43)), 'OAUTH_TRANSACTION_INVALID'],
    ['has no code', state('code'), 'OAUTH_RESPONSE_INVALID'],
    ['has no iss where the provider sends one', state('iss'), 'OAUTH_RESPONSE_INVALID'],
    ['has the iss of another', state('iss', 'https://honest.example'), 'OAUTH_WRONG_ISSUER'],
    ['has an empty iss', state('iss', ''), 'OAUTH_WRONG_ISSUER'],
    ['has an error of its own', state('error', '<script>'), 'OAUTH_PROVIDER_ERROR'],
    ['has a signed answer that nobody asked for', state('response', 'e30.e30.'), 'OAUTH_RESPONSE_INVALID'],
    ['has an id token in the address', state('id_token', 'e30.e30.'), 'OAUTH_RESPONSE_INVALID'],
  ])('%s signs nobody in', async (_, malice, code) => {
    const { client, provider } = await world(malice)
    const { url, transactionId } = await client.begin({ redirectUri })
    const result = await client.complete(provider.answerTo(url), transactionId)
    expect(result).toEqual(refusedAs(code))
    expect(!result.ok && result.error.reason).not.toContain('script')
    expect(provider.forms).toEqual([])
  })

  test.each(['state', 'code', 'iss'])('has %s twice signs nobody in', async (name) => {
    const callback = (good: URLSearchParams) => {
      good.append(name, good.get(name) ?? '')
      return good
    }
    expect(await signIn({ callback })).toEqual(refusedAs('OAUTH_RESPONSE_INVALID'))
  })

  test('comes to another path than it should signs nobody in', async () => {
    const { client, provider } = await world()
    const { url, transactionId } = await client.begin({ redirectUri })
    const elsewhere = provider.answerTo(url).replace('/callback', '/other/callback')
    expect(await client.complete(elsewhere, transactionId)).toEqual(refusedAs('OAUTH_CALLBACK_INVALID'))
    expect(provider.forms).toEqual([])
  })

  test('comes through a proxy as a path and query is good', async () => {
    const { client, provider } = await world()
    const { url, transactionId } = await client.begin({ redirectUri })
    const { pathname, search } = new URL(provider.answerTo(url))
    expect(await client.complete(pathname + search, transactionId)).toMatchObject({ ok: true })
  })

  test.each([undefined, null, 7, {}, '', 'http://', '/?state', `/?state=${'s'.repeat(20_000)}`, '\0'])(
    'Auth.js GHSA-xmf8-cvqr-rfgj: is malformed (%j) is refused, and nothing throws',
    async (url) => {
      const { client } = await world()
      const { transactionId } = await client.begin({ redirectUri })
      expect(await client.complete(url as string, transactionId)).toEqual(refusedAs('OAUTH_CALLBACK_INVALID'))
      expect(await client.complete(`/callback?state=${'s'.repeat(43)}`, url as string)).toEqual(
        refusedAs('OAUTH_TRANSACTION_INVALID'),
      )
    },
  )
})

describe('a code', () => {
  test('is exchanged with the verifier of its challenge, and only once', async () => {
    const { client, provider } = await world()
    const { url, transactionId } = await client.begin({ redirectUri })
    await client.complete(provider.answerTo(url), transactionId)
    const [form] = provider.forms
    const verifier = form?.get('code_verifier') ?? ''
    const digest = await crypto.subtle.digest('SHA-256', Buffer.from(verifier))
    expect(verifier).toMatch(/^[\w-]{43,128}$/)
    expect(new URL(url).searchParams.get('code_challenge')).toBe(Buffer.from(digest).toString('base64url'))
    expect(form?.get('redirect_uri')).toBe(redirectUri)
    expect(form?.get('code')).toBe('the-code')
  })

  test('better-auth GHSA-7w99-5wm4-3g79: that comes 50 times at once is redeemed exactly once', async () => {
    const { client, provider } = await world()
    const { url, transactionId } = await client.begin({ redirectUri })
    const back = provider.answerTo(url)
    const results = await Promise.all(Array.from({ length: 50 }, () => client.complete(back, transactionId)))
    expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    expect(provider.forms).toHaveLength(1)
  })

  test('CVE-2026-45337: of another user, slipped into a browser, does not sign that browser in', async () => {
    const service = await serve()
    const provider = maliciousProvider(await serve())
    const client = createOidcClient({ issuer: provider.issuer, clientId: 'shop', clientSecret: SECRET })
    const seen = shop(service, { a: client })
    const attacker = new Browser()
    const back = await attacker.go(`${service.origin}/a/sign-in`, {}, (url) => url.pathname === '/a/callback')
    const victim = new Browser()
    expect(await victim.go(back.url)).toMatchObject({ status: 401 })
    // Also where the victim is in the middle of a sign-in.
    await victim.go(`${service.origin}/a/sign-in`, {}, (url) => url.pathname === '/a/callback')
    expect(await victim.go(back.url)).toMatchObject({ status: 401 })
    expect(seen.signedIn).toEqual([])
  })
})

describe('an identity', () => {
  test('better-auth GHSA-g38m-r43w-p2q7: is issuer and subject, so the same e-mail is not the same user', async () => {
    const claims = (good: Record<string, unknown>) => ({
      ...good,
      sub: 'mallory',
      email: 'ann@example.com',
      email_verified: true,
    })
    const [mallory, user] = [await signIn({ claims }), await signIn()]
    if (!mallory.ok || !user.ok) throw new Error('Both sign in.')
    expect(mallory.value.subject).toBe('mallory')
    expect(mallory.value.issuer).not.toBe(user.value.issuer)
  })

  test('cannot be changed, and has no token that prints', async () => {
    const result = await signIn()
    if (!result.ok) throw result.error
    expect(Object.isFrozen(result.value.claims)).toBe(true)
    expect(JSON.stringify(result)).not.toContain('an-access-token')
  })
})

describe('a mix-up', () => {
  /** A service with an honest provider and one that has been taken over, each with a path of its own. */
  async function mixedUp(honestMalice: Malice = {}, evilMalice: Malice = {}) {
    const service = await serve()
    const transactions = memoryOAuthTransactionStore()
    const honest = maliciousProvider(await serve(), honestMalice)
    const evil = maliciousProvider(await serve(), evilMalice)
    const clientOf = (issuer: string): OidcClient =>
      createOidcClient({ issuer, clientId: 'shop', clientSecret: SECRET, transactions })
    const clients = { honest: clientOf(honest.issuer), evil: clientOf(evil.issuer) }
    return { service, honest, evil, clients, seen: shop(service, clients) }
  }

  test('RFC 9700, 4.4: a provider that passes the browser on to another does not get the code of that one', async () => {
    const { service, honest, evil, seen } = await mixedUp()
    evil.malice.answer = (path, response, request) => {
      if (path !== '/authorize') return false
      response.writeHead(303, { location: `${honest.issuer}${request.url}` })
      response.end()
      return true
    }
    const page = await new Browser().go(`${service.origin}/evil/sign-in`)
    expect(page.status).toBe(401)
    expect(seen.refused).toMatchObject([{ code: 'OAUTH_WRONG_ISSUER' }])
    expect(evil.forms).toEqual([])
  })

  test('RFC 9700, 4.4: nor where the honest one sends no iss, for each client has a path of its own', async () => {
    const metadata = (good: Record<string, unknown>) => ({
      ...good,
      authorization_response_iss_parameter_supported: false,
    })
    const callback = (good: URLSearchParams) => {
      good.delete('iss')
      return good
    }
    const { service, honest, evil, seen } = await mixedUp({ metadata, callback }, { metadata })
    evil.malice.answer = (path, response, request) => {
      if (path !== '/authorize') return false
      // The honest one knows the path of its own client only.
      const url = new URL(`${honest.issuer}${request.url}`)
      url.searchParams.set('redirect_uri', `${service.origin}/honest/callback`)
      response.writeHead(303, { location: url.href })
      response.end()
      return true
    }
    const page = await new Browser().go(`${service.origin}/evil/sign-in`)
    expect(page.status).toBe(401)
    expect(seen.refused).toMatchObject([{ code: 'OAUTH_WRONG_ISSUER' }])
    expect([...evil.forms, ...honest.forms]).toEqual([])
  })

  test('Auth.js GHSA-x445-f3h2-j279: a state of one provider is none of another', async () => {
    const { clients, honest, evil } = await mixedUp()
    const { url, transactionId } = await clients.evil.begin({ redirectUri })
    const back = evil.answerTo(url)
    expect(await clients.honest.complete(back, transactionId)).toEqual(refusedAs('OAUTH_WRONG_ISSUER'))
    expect([...evil.forms, ...honest.forms]).toEqual([])
  })
})

describe('a provider that is broken', () => {
  const only =
    (
      path: string,
      status: number,
      headers: Record<string, string> = {},
      body = '{}',
    ): NonNullable<Malice['answer']> =>
    (asked, response) => {
      if (asked !== path) return false
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(body)
      return true
    }
  const DOCUMENT = '/.well-known/openid-configuration'
  const HUGE = JSON.stringify({ padding: 'x'.repeat(300_000) })

  test.each<[string, Malice]>([
    ['redirects', { answer: only(DOCUMENT, 302, { location: 'https://evil.example' }) }],
    ['sends a huge document', { metadata: (good) => ({ ...good, padding: 'x'.repeat(262_144) }) }],
    ['sends no JSON', { answer: only(DOCUMENT, 200, {}, '<html>') }],
    ['sends a list', { answer: only(DOCUMENT, 200, {}, '[]') }],
    ['finds nothing', { answer: only(DOCUMENT, 404) }],
    ['fails', { answer: only(DOCUMENT, 500) }],
    ['breaks the connection', { answer: (_, response) => Boolean(response.destroy()) }],
    [
      'ASVS 10.5.3: calls itself otherwise, by a slash',
      { metadata: (good) => ({ ...good, issuer: `${good['issuer']}/` }) },
    ],
    ['calls itself as another does', { metadata: () => metadataOf('https://accounts.google.com') }],
    [
      'has its token endpoint on plain http elsewhere',
      { metadata: (good) => ({ ...good, token_endpoint: 'http://192.0.2.1/token' }) },
    ],
    [
      'has its authorization endpoint in a script',
      { metadata: (good) => ({ ...good, authorization_endpoint: 'javascript:alert(1)' }) },
    ],
    [
      'has credentials in an address',
      { metadata: (good) => ({ ...good, jwks_uri: 'https://a:b@keys.example' }) },
    ],
    [
      'takes plain challenges only',
      { metadata: (good) => ({ ...good, code_challenge_methods_supported: ['plain'] }) },
    ],
    ['has no keys', { metadata: (good) => ({ ...good, jwks_uri: undefined }) }],
    ['has no token endpoint', { metadata: (good) => ({ ...good, token_endpoint: undefined }) }],
    ['lists no texts', { metadata: (good) => ({ ...good, id_token_signing_alg_values_supported: [7] }) }],
  ])('Auth.js GHSA-8fpg-xm3f-6cx3: and %s begins no sign-in', async (_, malice) => {
    const { client } = await world(malice)
    const begun = client.begin({ redirectUri })
    await expect(begun).rejects.toMatchObject({ code: 'UNAVAILABLE', kind: 'unavailable' })
    await expect(client.logoutUrl()).rejects.toBeInstanceOf(UnavailableError)
  })

  test.each<[string, Malice, string]>([
    ['redirects', { answer: only('/token', 307, { location: '/jwks' }) }, 'OAUTH_RESPONSE_INVALID'],
    [
      'sends a huge answer',
      { tokens: (good) => ({ ...good, padding: 'x'.repeat(262_144) }) },
      'OAUTH_RESPONSE_INVALID',
    ],
    ['sends no JSON', { answer: only('/token', 200, {}, '<html>') }, 'OAUTH_RESPONSE_INVALID'],
    ['sends nothing', { answer: only('/token', 200, {}, '') }, 'OAUTH_RESPONSE_INVALID'],
    ['says 204', { answer: only('/token', 204, {}, '') }, 'OAUTH_RESPONSE_INVALID'],
    ['says 404', { answer: only('/token', 404) }, 'OAUTH_RESPONSE_INVALID'],
    [
      'has no access token',
      { tokens: (good) => ({ ...good, access_token: undefined }) },
      'OAUTH_RESPONSE_INVALID',
    ],
    [
      'gives a token of another type',
      { tokens: (good) => ({ ...good, token_type: 'mac' }) },
      'OAUTH_RESPONSE_INVALID',
    ],
    [
      'refuses the code',
      { answer: only('/token', 400, {}, '{"error":"invalid_grant"}') },
      'OAUTH_GRANT_REFUSED',
    ],
    [
      'refuses the client',
      { answer: only('/token', 401, { 'www-authenticate': 'Basic realm="x"' }) },
      'OAUTH_PROVIDER_ERROR',
    ],
    [
      'says so with the status 200, as GitHub does',
      { answer: only('/token', 200, {}, '{"error":"bad_verification_code"}') },
      'OAUTH_GRANT_REFUSED',
    ],
  ])('Auth.js GHSA-8fpg-xm3f-6cx3: and %s for a code signs nobody in', async (_, malice, code) => {
    expect(await signIn(malice)).toEqual(refusedAs(code))
  })

  test.each<[string, Malice]>([
    ['its token endpoint fails', { answer: only('/token', 500) }],
    ['it has too much to do', { answer: only('/token', 429, { 'retry-after': '7' }) }],
    [
      'it breaks the connection',
      { answer: (path, response) => path === '/token' && Boolean(response.destroy()) },
    ],
    ['its keys are huge', { answer: only('/jwks', 200, {}, HUGE) }],
    ['its keys are elsewhere', { answer: only('/jwks', 302, { location: 'https://evil.example' }) }],
    ['its keys fail', { answer: only('/jwks', 503) }],
  ])('Auth.js GHSA-8fpg-xm3f-6cx3: and %s can not be asked, and nobody is let in', async (_, malice) => {
    await expect(signIn(malice)).rejects.toMatchObject({ code: 'UNAVAILABLE', kind: 'unavailable' })
  })

  test('may send 200 KB', async () => {
    const padding = 'x'.repeat(200_000)
    const malice: Malice = {
      metadata: (good) => ({ ...good, padding }),
      tokens: (good) => ({ ...good, padding }),
    }
    expect(await signIn(malice)).toMatchObject({ ok: true })
  })

  test('leads nobody on: a redirect is not followed, and said to be one', async () => {
    const away = only(DOCUMENT, 302, { location: '/elsewhere' })
    const { client, provider } = await world({ answer: away })
    await expect(client.begin({ redirectUri })).rejects.toMatchObject({
      cause: { message: 'It redirects.' },
    })
    expect(provider.asked).toEqual([DOCUMENT])
    const result = await signIn({ answer: only('/token', 307, { location: '/elsewhere' }) })
    expect(!result.ok && result.error.reason).toBe('It redirects.')
  })

  test('says when to come again', async () => {
    const malice = { answer: only('/token', 429, { 'retry-after': '7' }) }
    await expect(signIn(malice)).rejects.toMatchObject({ retryAfter: 7_000 })
    const dated = { answer: only('/token', 429, { 'retry-after': 'Fri, 31 Dec 2099 23:59:59 GMT' }) }
    await expect(signIn(dated)).rejects.not.toHaveProperty('retryAfter', expect.any(Number))
  })
})
