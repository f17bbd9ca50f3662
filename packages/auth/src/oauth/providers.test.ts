import { describe, expect, test } from 'vitest'
import { keySet, signed } from './fixtures/malicious-provider.js'
import {
  auth0,
  createOidcClient,
  generic,
  github,
  google,
  keycloak,
  microsoft,
  type OidcClientOptions,
} from './index.js'

const redirectUri = 'https://shop.example/callback'

type Route = (request: Request) => unknown

/** The internet, as far as a test needs it: answers by address, as JSON. What it does not know fails the test. */
function internet(routes: Readonly<Record<string, Route>>) {
  const asked: Request[] = []
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    asked.push(request)
    const route = routes[request.url]
    if (route === undefined) throw new Error(`Nobody is at ${request.url}.`)
    const answer = await route(request)
    return answer instanceof Response ? answer : Response.json(answer)
  }
  return { fetch: fetch as typeof globalThis.fetch, asked }
}

/** Signs in with a provider that sends the browser back at once. */
async function signIn(options: OidcClientOptions, more: Record<string, string> = {}) {
  const client = createOidcClient(options)
  const { url, transactionId } = await client.begin({ redirectUri })
  const sent = new URL(url)
  const back = new URLSearchParams({ code: 'c', state: sent.searchParams.get('state') ?? '', ...more })
  nonce = sent.searchParams.get('nonce') ?? ''
  return { sent, result: await client.complete(`${redirectUri}?${back}`, transactionId) }
}

let nonce = ''
const seconds = () => Math.floor(Date.now() / 1_000)
const claimsOf = (iss: string, more: Record<string, unknown> = {}) => ({
  iss,
  aud: 'shop',
  sub: 'user-1',
  nonce,
  iat: seconds(),
  exp: seconds() + 300,
  ...more,
})

describe('the settings of', () => {
  test.each([
    ['Google', google(), 'https://accounts.google.com'],
    [
      'Keycloak',
      keycloak({ url: 'https://sso.example.com/', realm: 'staff' }),
      'https://sso.example.com/realms/staff',
    ],
    [
      'an old Keycloak',
      keycloak({ url: 'https://sso.example.com/auth', realm: 'a b' }),
      'https://sso.example.com/auth/realms/a%20b',
    ],
    ['Auth0', auth0({ domain: 'Example.eu.auth0.com' }), 'https://example.eu.auth0.com/'],
    [
      'one tenant of Microsoft',
      microsoft({ tenant: '72f988bf-86f1-41af-91ab-2d7cd011db47' }),
      'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0',
    ],
    [
      'personal accounts of Microsoft',
      microsoft({ tenant: 'consumers' }),
      'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0',
    ],
    ['any other', generic({ issuer: 'https://login.example.com' }), 'https://login.example.com'],
  ])('%s name its issuer, and where it is looked up', async (_, settings, issuer) => {
    expect(settings.issuer).toBe(issuer)
    expect(settings).not.toHaveProperty('issuerTemplate')
    const { fetch, asked } = internet({})
    const client = createOidcClient({ ...settings, clientId: 'shop', clientSecret: 's', fetch })
    await expect(client.begin({ redirectUri })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(asked.map(({ url }) => url)).toEqual([
      `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    ])
  })

  test.each([
    ['microsoft', () => microsoft({ tenant: 'contoso.onmicrosoft.com' }), 'tenant'],
    ['microsoft', () => microsoft({ tenant: 'common/../x' }), 'tenant'],
    ['microsoft', () => microsoft({ tenant: null as never }), 'tenant'],
    ['keycloak', () => keycloak({ url: 'http://sso.example.com', realm: 'x' }), 'url'],
    ['keycloak', () => keycloak({ url: 'https://a:b@sso.example.com', realm: 'x' }), 'url'],
    ['keycloak', () => keycloak({ url: 'https://sso.example.com', realm: '' }), 'realm'],
    ['keycloak', () => keycloak({ url: 'https://sso.example.com', realm: '\ud800' }), 'realm'],
    ['auth0', () => auth0({ domain: 'https://example.auth0.com' }), 'domain'],
    ['auth0', () => auth0({ domain: 'evil.example/' }), 'domain'],
    ['generic', () => generic({} as never), 'issuer'],
  ])('%s are refused where they are none', (pattern, make, option) => {
    expect(make).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        details: expect.objectContaining({ pattern, option }),
      }),
    )
  })
})

describe('Microsoft for many tenants', () => {
  const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47'
  const HOST = 'https://login.microsoftonline.com'
  const ISSUER = `${HOST}/${TENANT}/v2.0`

  const world = (
    claims: () => Record<string, unknown>,
    issuer = `${HOST}/{tenantid}/v2.0`,
    owner: Record<string, unknown> = {},
  ) =>
    internet({
      [`${HOST}/common/v2.0/.well-known/openid-configuration`]: () => ({
        issuer,
        authorization_endpoint: `${HOST}/common/oauth2/v2.0/authorize`,
        token_endpoint: `${HOST}/common/oauth2/v2.0/token`,
        jwks_uri: `${HOST}/common/discovery/v2.0/keys`,
        id_token_signing_alg_values_supported: ['ES256'],
      }),
      [`${HOST}/common/discovery/v2.0/keys`]: async () => ({
        keys: (await keySet()).keys.map((key) => ({ ...key, ...owner })),
      }),
      [`${HOST}/common/oauth2/v2.0/token`]: async () => ({
        access_token: 'a',
        token_type: 'Bearer',
        id_token: await signed(claims()),
      }),
    })
  const settings = { ...microsoft(), clientId: 'shop', clientSecret: 's' }

  test('has the issuer of the tenant, which is in the identity', async () => {
    const { fetch } = world(() => claimsOf(ISSUER, { tid: TENANT }))
    const { sent, result } = await signIn({ ...settings, fetch })
    expect(sent.searchParams.get('scope')).toBe('openid email profile')
    expect(result).toMatchObject({ ok: true, value: { issuer: ISSUER, subject: 'user-1' } })
  })

  test.each([
    [200, { ok: true }],
    [2_000, { error: { code: 'OAUTH_ID_TOKEN_INVALID', reason: 'It is longer than 65536 characters.' } }],
  ])('may name %i groups of the user', async (count, expected) => {
    const groups = Array.from({ length: count }, () => TENANT)
    const { fetch } = world(() => claimsOf(ISSUER, { tid: TENANT, groups }))
    expect((await signIn({ ...settings, fetch })).result).toMatchObject(expected)
  })

  test('may name the tenant in its answer to the browser', async () => {
    const { fetch } = world(() => claimsOf(ISSUER, { tid: TENANT }))
    expect((await signIn({ ...settings, fetch }, { iss: ISSUER })).result).toMatchObject({ ok: true })
  })

  test.each([
    ['another tenant than its own', { tid: '00000000-0000-0000-0000-000000000000' }, ISSUER],
    ['no tenant', {}, ISSUER],
    ['the template', {}, `${HOST}/{tenantid}/v2.0`],
    ['the template as its tenant', { tid: '{tenantid}' }, `${HOST}/{tenantid}/v2.0`],
    ['a tenant that is a path', { tid: '../evil' }, `${HOST}/../evil/v2.0`],
    ['another host', { tid: TENANT }, `https://evil.example/${TENANT}/v2.0`],
  ])('signs nobody in whose token is of %s', async (_, more, issuer) => {
    const { fetch } = world(() => claimsOf(issuer, more))
    const { result } = await signIn({ ...settings, fetch })
    expect(result).toMatchObject({
      error: { code: 'OAUTH_ID_TOKEN_INVALID', cause: { code: 'TOKEN_WRONG_ISSUER' } },
    })
  })

  test.each([
    ['common', { ok: true }],
    ['organizations', { error: { code: 'OAUTH_ID_TOKEN_INVALID', cause: { code: 'TOKEN_WRONG_ISSUER' } } }],
  ])('of %s: a personal account', async (tenant, expected) => {
    const tid = '9188040d-6c67-4c5b-b112-36a304b66dad'
    const { fetch } = world(() => claimsOf(`${HOST}/${tid}/v2.0`, { tid }))
    const ask: typeof fetch = (input, init) =>
      fetch(String(input).replace('/organizations/', '/common/'), init)
    const { result } = await signIn({ ...settings, ...microsoft({ tenant }), fetch: ask })
    expect(result).toMatchObject(expected)
  })

  test.each([{ issuer: `${HOST}/{tenantid}/v2.0` }, { issuer: ISSUER }, {}])(
    'signs in by a key with %j',
    async (owner) => {
      const { fetch } = world(() => claimsOf(ISSUER, { tid: TENANT }), undefined, owner)
      expect((await signIn({ ...settings, fetch })).result).toMatchObject({ ok: true })
    },
  )

  test.each<[string, unknown]>([
    ['personal accounts', `${HOST}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0`],
    ['another host', 'https://login.partner.example/{tenantid}/v2.0'],
    ['the template of another version', `${HOST}/{tenantid}/`],
    ['nobody', ''],
    ['nonsense', null],
    ['a list', [ISSUER]],
  ])('Storm-0558: signs nobody in by a key of %s', async (_, issuer) => {
    const { fetch } = world(() => claimsOf(ISSUER, { tid: TENANT }), undefined, { issuer })
    expect((await signIn({ ...settings, fetch })).result).toMatchObject({
      error: { code: 'OAUTH_ID_TOKEN_INVALID', reason: 'Its key is that of another issuer.' },
    })
  })

  test('signs nobody in where answer and token are of two tenants', async () => {
    const { fetch } = world(() => claimsOf(ISSUER, { tid: TENANT }))
    const iss = `${HOST}/00000000-0000-0000-0000-000000000000/v2.0`
    expect((await signIn({ ...settings, fetch }, { iss })).result).toMatchObject({
      error: { code: 'OAUTH_WRONG_ISSUER' },
    })
  })

  test.each([
    'https://evil.example',
    `${HOST}/common/v2.0`,
    `${HOST}/{tenantid}/v2.0`,
    `https://evil.example/${TENANT}/v2.0`,
    `${ISSUER}/`,
  ])('is not the provider that answers as %s', async (iss) => {
    const { fetch, asked } = world(() => claimsOf(ISSUER, { tid: TENANT }))
    expect((await signIn({ ...settings, fetch }, { iss })).result).toMatchObject({
      error: { code: 'OAUTH_WRONG_ISSUER' },
    })
    expect(asked.map(({ method }) => method)).toEqual(['GET'])
  })

  test('is not believed where its metadata are those of one tenant', async () => {
    const { fetch } = world(() => claimsOf(ISSUER, { tid: TENANT }), ISSUER)
    await expect(signIn({ ...settings, fetch })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe('GitHub', () => {
  const TOKEN = 'https://github.com/login/oauth/access_token'
  const USER = 'https://api.github.com/user'
  const EMAILS = 'https://api.github.com/user/emails'
  const settings = { ...github(), clientId: 'shop', clientSecret: 's' }
  const good = {
    [TOKEN]: () => ({ access_token: 'gho_x', token_type: 'bearer', scope: 'read:user,user:email' }),
    [USER]: () => ({
      id: 583231,
      login: 'octocat',
      name: 'Octo',
      avatar_url: 'https://a.example/1',
      email: 'fake@x',
    }),
    [EMAILS]: () => [
      { email: 'old@example.com', primary: false, verified: true },
      { email: 'octo@example.com', primary: true, verified: true },
    ],
  }

  test('signs in by its API: the number of the account, and the address that it has verified', async () => {
    const { fetch, asked } = internet(good)
    const { sent, result } = await signIn({ ...settings, fetch })
    expect(sent.href).toMatch(/^https:\/\/github\.com\/login\/oauth\/authorize\?/)
    expect(sent.searchParams.get('code_challenge_method')).toBe('S256')
    expect(sent.searchParams.has('nonce')).toBe(false)
    expect(sent.searchParams.get('scope')).toBe('read:user user:email')
    expect(result).toMatchObject({
      ok: true,
      value: {
        issuer: 'https://github.com/login/oauth',
        subject: '583231',
        claims: {
          sub: '583231',
          preferred_username: 'octocat',
          name: 'Octo',
          picture: 'https://a.example/1',
          email: 'octo@example.com',
          email_verified: true,
        },
      },
    })
    expect(asked.slice(1).map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer gho_x',
      'Bearer gho_x',
    ])
    expect(asked[1]?.headers.get('user-agent')).toBe('@base/auth')
  })

  test.each<[string, Route]>([
    ['has none', () => []],
    ['has not verified it', () => [{ email: 'octo@example.com', primary: true, verified: false }]],
    ['does not show it', () => Response.json({ message: 'Not Found' }, { status: 404 })],
    ['has nonsense', () => ({})],
  ])('signs in without an address where GitHub %s', async (_, emails) => {
    const { fetch } = internet({ ...good, [EMAILS]: emails })
    const { result } = await signIn({ ...settings, fetch })
    expect(result).toMatchObject({ ok: true })
    expect(result.ok && result.value.claims).not.toHaveProperty('email')
  })

  test.each<[string, Record<string, Route>, string]>([
    ['the code was used', { [TOKEN]: () => ({ error: 'bad_verification_code' }) }, 'OAUTH_GRANT_REFUSED'],
    ['the account has no number', { [USER]: () => ({ id: 'x' }) }, 'OAUTH_RESPONSE_INVALID'],
    ['the account is nothing', { [USER]: () => null }, 'OAUTH_RESPONSE_INVALID'],
    ['the API refuses', { [USER]: () => Response.json({}, { status: 403 }) }, 'OAUTH_RESPONSE_INVALID'],
    [
      'the API leads elsewhere',
      { [USER]: () => Response.redirect('https://evil.example/') },
      'OAUTH_RESPONSE_INVALID',
    ],
    ['the API sends no JSON', { [USER]: () => new Response('<html>') }, 'OAUTH_RESPONSE_INVALID'],
  ])('signs nobody in where %s', async (_, change, code) => {
    const { fetch } = internet({ ...good, ...change })
    expect((await signIn({ ...settings, fetch })).result).toMatchObject({ ok: false, error: { code } })
  })

  test.each([USER, EMAILS])('is away where %s is', async (address) => {
    const { fetch } = internet({ ...good, [address]: () => new Response('', { status: 503 }) })
    await expect(signIn({ ...settings, fetch })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test('cannot say how long ago the user has signed in, so it is not asked', async () => {
    const begun = createOidcClient(settings).begin({ redirectUri, maxAge: '1h' })
    await expect(begun).rejects.toMatchObject({ code: 'INVALID_OPTION', details: { option: 'maxAge' } })
  })

  test('has no UserInfo, no revocation and no sign-out', async () => {
    const client = createOidcClient(settings)
    const account = { issuer: 'https://github.com/login/oauth', subject: '583231' }
    await expect(client.userInfo('x', account)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    await expect(client.revoke('x')).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    await expect(client.logoutUrl()).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('end_session_endpoint'),
    })
  })
})

describe('a provider of plain OAuth 2', () => {
  const metadata = {
    issuer: 'https://login.example.com',
    authorization_endpoint: 'https://login.example.com/authorize?tenant=1',
    token_endpoint: 'https://login.example.com/token',
  }
  const settings = { metadata, clientId: 'shop', scope: 'me', profile: async () => ({ sub: '7' }) }
  const { fetch } = internet({
    [metadata.token_endpoint]: () => ({ access_token: 'a', token_type: 'bearer' }),
  })

  test('is asked in its own way', async () => {
    const { sent, result } = await signIn({
      ...settings,
      fetch,
      authorizationParameters: { audience: 'https://api.example.com' },
    })
    expect(sent.searchParams.get('tenant')).toBe('1')
    expect(sent.searchParams.get('audience')).toBe('https://api.example.com')
    expect(result).toMatchObject({ ok: true, value: { subject: '7', claims: { sub: '7' } } })
  })

  test.each<[string, readonly string[] | undefined, Partial<OidcClientOptions>, boolean, boolean]>([
    ['in the header, where nothing is said', undefined, {}, true, false],
    [
      'in the header, where both ways are there',
      ['client_secret_post', 'client_secret_basic'],
      {},
      true,
      false,
    ],
    ['in the form, where that is the only way', ['client_secret_post'], {}, false, true],
    ['in the header, where it knows neither', ['private_key_jwt'], {}, true, false],
    ['as it is told', undefined, { clientAuthentication: 'client_secret_post' }, false, true],
    ['not at all, as it is told', undefined, { clientAuthentication: 'none' }, false, false],
  ])('is told the secret %s', async (_, methods, more, inHeader, inForm) => {
    const { fetch: record, asked } = internet({
      [metadata.token_endpoint]: async (request) => {
        form = new URLSearchParams(await request.text())
        return { access_token: 'a', token_type: 'bearer' }
      },
    })
    let form = new URLSearchParams()
    const offered = { ...metadata, ...(methods && { token_endpoint_auth_methods_supported: methods }) }
    await signIn({ ...settings, metadata: offered, clientSecret: 'hush', fetch: record, ...more })
    const header = asked[0]?.headers.get('authorization')
    expect(header).toBe(inHeader ? `Basic ${btoa('shop:hush')}` : null)
    expect(form.get('client_secret')).toBe(inForm ? 'hush' : null)
  })

  test.each<[string, OidcClientOptions['profile']]>([
    ['has no sub', (async () => ({})) as never],
    ['has an empty one', async () => ({ sub: '' })],
    ['is nothing', (async () => undefined) as never],
    ['throws', () => Promise.reject(new TypeError('no'))],
    ['sends the token over plain http', (ask) => ask('http://login.example.com/me') as never],
    ['sends it to this machine', (ask) => ask('http://127.0.0.1/me') as never],
  ])('whose profile %s signs nobody in', async (_, profile) => {
    const { result } = await signIn({ ...settings, fetch, ...(profile && { profile }) })
    expect(result).toMatchObject({ ok: false, error: { code: 'OAUTH_RESPONSE_INVALID' } })
  })
})
