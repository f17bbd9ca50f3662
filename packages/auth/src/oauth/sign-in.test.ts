import { TestClock } from '@base/core/testing'
import { Browser, loopbackServers, openidProvider, SECRET } from '@base-internal/tools/openid'
import { describe, expect, test } from 'vitest'
import { shop } from './fixtures/shop.js'
import { createOidcClient, memoryOAuthTransactionStore, type OidcClientOptions } from './index.js'

const serve = loopbackServers()

/** A service and the provider that it signs in with, both on servers of their own. */
async function world(options: Partial<OidcClientOptions> = {}, registered: object = {}) {
  const [provider, service] = [await serve(), await serve()]
  openidProvider(provider, {
    redirect_uris: [`${service.origin}/a/callback`, `${service.origin}/b/callback`],
    post_logout_redirect_uris: [`${service.origin}/bye`],
    ...registered,
  })
  const settings = { issuer: provider.origin, clientId: 'shop', clientSecret: SECRET, ...options }
  const client = createOidcClient(settings)
  const seen = shop(service, { a: client, b: createOidcClient(settings) })
  return { client, seen, issuer: provider.origin, origin: service.origin }
}

async function signIn(browser: Browser, address: string, stop?: (url: URL) => boolean) {
  const asked = await browser.go(address)
  const consent = await browser.submit(asked, { login: 'ann' })
  return browser.submit(consent, { consent: 'yes' }, stop)
}

const isCallback = (url: URL) => url.pathname.endsWith('/callback')

describe('a sign-in with an OpenID provider', () => {
  test('ends where the browser wanted to go, with the user of the provider', async () => {
    const { seen, issuer, origin } = await world()
    const page = await signIn(new Browser(), `${origin}/a/sign-in?returnTo=/orders%3Fpage=2`)
    expect(seen).toMatchObject({ refused: [], failed: [] })
    expect(page).toEqual({ url: `${origin}/orders?page=2`, status: 200, text: 'the shop' })
    expect(seen.signedIn[0]).toMatchObject({ issuer, subject: 'ann', returnTo: '/orders?page=2' })
    expect(seen.signedIn[0]?.claims).toMatchObject({ iss: issuer, aud: 'shop', sub: 'ann' })
    expect(JSON.stringify(seen.signedIn[0]?.tokens)).toContain('"accessToken":"[secret]"')
  })

  test('sends state, nonce and a challenge by S256, and nothing that it keeps', async () => {
    const { origin, issuer } = await world()
    const browser = new Browser()
    await browser.go(`${origin}/a/sign-in`)
    const sent = new URL(browser.visited[1] ?? '')
    expect(sent.origin).toBe(issuer)
    expect(Object.fromEntries(sent.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'shop',
      redirect_uri: `${origin}/a/callback`,
      scope: 'openid',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
  })

  test('asks nothing of a browser that the provider knows', async () => {
    const { seen, origin } = await world()
    const browser = new Browser()
    await signIn(browser, `${origin}/a/sign-in`)
    expect(await browser.go(`${origin}/a/sign-in?returnTo=/again`)).toMatchObject({ url: `${origin}/again` })
    expect(seen.signedIn.map(({ subject }) => subject)).toEqual(['ann', 'ann'])
  })

  test.each([
    ['client_secret_basic', {}],
    ['client_secret_post', { token_endpoint_auth_method: 'client_secret_post' }],
  ] as const)('proves who the client is by %s', async (clientAuthentication, registered) => {
    const { seen, origin } = await world({ clientAuthentication }, registered)
    await signIn(new Browser(), `${origin}/a/sign-in`)
    expect(seen).toMatchObject({ refused: [], failed: [], signedIn: [{ subject: 'ann' }] })
  })

  test('needs no secret for a public client', async () => {
    const { seen, issuer, origin } = await world({}, { token_endpoint_auth_method: 'none' })
    const service = createOidcClient({ issuer, clientId: 'shop' })
    const begun = await service.begin({ redirectUri: `${origin}/a/callback` })
    const { url } = await signIn(new Browser(), begun.url, isCallback)
    expect(await service.complete(url, begun.transactionId)).toMatchObject({ value: { subject: 'ann' } })
    expect(seen.signedIn).toEqual([])
  })

  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'] as const)('takes id tokens by %s', async (algorithm) => {
    const { seen, origin } = await world(
      { algorithms: [algorithm] },
      { id_token_signed_response_alg: algorithm },
    )
    await signIn(new Browser(), `${origin}/a/sign-in`)
    expect(seen).toMatchObject({ refused: [], failed: [], signedIn: [{ subject: 'ann' }] })
  })

  test('refuses an algorithm that is not allowed', async () => {
    const { seen, origin } = await world({ algorithms: ['ES256'] })
    expect(await signIn(new Browser(), `${origin}/a/sign-in`)).toMatchObject({ status: 401 })
    expect(seen.refused).toMatchObject([
      { code: 'OAUTH_ID_TOKEN_INVALID', cause: { code: 'TOKEN_ALG_NOT_ALLOWED' } },
    ])
  })

  test('tells that the user refuses', async () => {
    const { seen, origin } = await world()
    const browser = new Browser()
    const page = await browser.submit(await browser.go(`${origin}/a/sign-in`), { refuse: 'yes' })
    expect(page).toMatchObject({ status: 401, text: 'The sign-in was not completed.' })
    expect(seen.refused).toMatchObject([{ code: 'OAUTH_DENIED', kind: 'unauthenticated' }])
  })

  test('tells that a silent sign-in would have had to ask', async () => {
    const { client, origin } = await world()
    const { url, transactionId } = await client.begin({
      redirectUri: `${origin}/a/callback`,
      prompt: 'none',
    })
    const back = await new Browser().go(url, {}, isCallback)
    expect(await client.complete(back.url, transactionId)).toMatchObject({
      ok: false,
      error: { code: 'OAUTH_INTERACTION_REQUIRED' },
    })
  })

  const returnTo = '/orders/7'
  test.each<[string, Record<string, string>, string, string | undefined]>([
    ['the user refuses', { error: 'access_denied' }, 'OAUTH_DENIED', returnTo],
    ['would have had to be asked', { error: 'login_required' }, 'OAUTH_INTERACTION_REQUIRED', returnTo],
    ['comes back without a code', {}, 'OAUTH_RESPONSE_INVALID', returnTo],
    ['is of another provider', { iss: 'https://evil.example' }, 'OAUTH_WRONG_ISSUER', undefined],
    ['has no such state', { state: 's'.repeat(43) }, 'OAUTH_TRANSACTION_INVALID', undefined],
    ['has no state', { state: '' }, 'OAUTH_CALLBACK_INVALID', undefined],
  ])('tells where to go on after another attempt, where it %s', async (_, answer, code, expected) => {
    const issuer = 'https://id.example'
    const metadata = { issuer, authorization_endpoint: `${issuer}/a`, token_endpoint: `${issuer}/t` }
    const client = createOidcClient({ metadata: { ...metadata, jwks_uri: `${issuer}/k` }, clientId: 'shop' })
    const redirectUri = 'https://shop.example/callback'
    const { url, transactionId } = await client.begin({ redirectUri, returnTo, prompt: 'none' })
    const state = new URL(url).searchParams.get('state') ?? ''
    const back = `${redirectUri}?${new URLSearchParams({ state, ...answer })}`
    const result = await client.complete(back, transactionId)
    expect(!result.ok && [result.error.code, result.error.returnTo]).toEqual([code, expected])
  })

  test('checks how long ago the user has signed in, and passes on hints', async () => {
    const { client, origin } = await world()
    const begun = await client.begin({
      redirectUri: new URL(`${origin}/a/callback`),
      maxAge: '1h',
      loginHint: 'ann@example.com',
      prompt: 'login',
    })
    expect(begun.url).toContain('&max_age=3600')
    expect(begun.url).toContain('&login_hint=ann%40example.com')
    const back = await signIn(new Browser(), begun.url, isCallback)
    const result = await client.complete(back.url, begun.transactionId)
    expect(result).toMatchObject({ value: { claims: { auth_time: expect.any(Number) } } })
  })

  test('ends once: the second time it is refused', async () => {
    const { client, origin } = await world()
    const { url, transactionId } = await client.begin({ redirectUri: `${origin}/a/callback` })
    const back = await signIn(new Browser(), url, isCallback)
    expect(await client.complete(back.url, transactionId)).toMatchObject({ ok: true })
    expect(await client.complete(back.url, transactionId)).toMatchObject({
      error: { code: 'OAUTH_TRANSACTION_INVALID' },
    })
  })

  test('ends in two tabs of one browser, in any order', async () => {
    const { seen, origin } = await world()
    const browser = new Browser()
    await signIn(browser, `${origin}/a/sign-in`)
    const first = await browser.go(`${origin}/a/sign-in?returnTo=/1`, {}, isCallback)
    const second = await browser.go(`${origin}/a/sign-in?returnTo=/2`, {}, isCallback)
    expect(await browser.go(second.url)).toMatchObject({ url: `${origin}/2` })
    expect(await browser.go(first.url)).toMatchObject({ url: `${origin}/1` })
    expect(seen.refused).toEqual([])
  })

  test('is over after ten minutes', async () => {
    const clock = new TestClock({ now: Date.now() })
    const { client, origin } = await world({ clock })
    const { url, transactionId } = await client.begin({ redirectUri: `${origin}/a/callback` })
    const back = await signIn(new Browser(), url, isCallback)
    await clock.advance('10m')
    expect(await client.complete(back.url, transactionId)).toMatchObject({
      error: { code: 'OAUTH_TRANSACTION_INVALID' },
    })
  })

  test('goes by the clock that it is given', async () => {
    const clock = new TestClock({ now: Date.now() + 7_200_000 })
    const { client, origin } = await world({ clock })
    const { url, transactionId } = await client.begin({ redirectUri: `${origin}/a/callback` })
    const back = await signIn(new Browser(), url, isCallback)
    expect(await client.complete(back.url, transactionId)).toMatchObject({
      error: { code: 'OAUTH_ID_TOKEN_INVALID', cause: { code: 'TOKEN_EXPIRED' } },
    })
  })

  test('ends on another machine that has the same store', async () => {
    const { issuer, client, origin, ...rest } = await world({ transactions: memoryOAuthTransactionStore() })
    const transactions = memoryOAuthTransactionStore()
    const settings = { issuer, clientId: 'shop', clientSecret: SECRET, transactions }
    const { url, transactionId } = await createOidcClient(settings).begin({
      redirectUri: `${origin}/a/callback`,
    })
    const back = await signIn(new Browser(), url, isCallback)
    expect(rest.seen.signedIn).toEqual([])
    expect(await createOidcClient(settings).complete(back.url, transactionId)).toMatchObject({ ok: true })
  })
})

describe('a browser', () => {
  test('that did not begin the sign-in cannot end it, and does not end it for the one that did', async () => {
    const { seen, origin } = await world()
    const victim = new Browser()
    const back = await signIn(victim, `${origin}/a/sign-in`, isCallback)
    expect(await new Browser().go(back.url)).toMatchObject({ status: 401 })
    const other = new Browser()
    await other.go(`${origin}/a/sign-in`)
    expect(await other.go(back.url)).toMatchObject({ status: 401 })
    expect(seen.refused.map(({ code }) => code)).toEqual([
      'OAUTH_TRANSACTION_INVALID',
      'OAUTH_TRANSACTION_INVALID',
    ])
    expect(await victim.go(back.url)).toMatchObject({ status: 200 })
  })

  test('gets a cookie that other hosts cannot set, and scripts cannot read', async () => {
    const { client, origin } = await world()
    const { cookie, transactionId } = await client.begin({ redirectUri: `${origin}/a/callback` })
    expect(cookie).toBe(`__Host-oauth=${transactionId}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600`)
    expect(client.readCookie(`a=b; __Host-oauth=${transactionId}; c=d`)).toBe(transactionId)
    expect(client.readCookie('__Host-oauth=short')).toBeUndefined()
    expect(client.readCookie(null)).toBeUndefined()
    expect(client.clearCookie()).toBe('__Host-oauth=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0')
  })
})

describe('an account that has signed in', () => {
  async function signedIn(options: Partial<OidcClientOptions> = {}) {
    const { client, origin } = await world({ scope: 'openid email offline_access', ...options })
    const begun = await client.begin({ redirectUri: `${origin}/a/callback`, prompt: 'consent' })
    const back = await signIn(new Browser(), begun.url, isCallback)
    const result = await client.complete(back.url, begun.transactionId)
    if (!result.ok) throw result.error
    const { refreshToken, idToken, accessToken } = result.value.tokens
    if (refreshToken === undefined || idToken === undefined) throw new Error('There are tokens missing.')
    return { client, origin, account: result.value, refreshToken, idToken, accessToken }
  }

  test('gets new tokens for its refresh token', async () => {
    const { client, account, refreshToken } = await signedIn()
    const refreshed = await client.refresh(refreshToken, account)
    if (!refreshed.ok) throw refreshed.error
    const { accessToken } = refreshed.value
    expect(accessToken.equals(account.tokens.accessToken)).toBe(false)
    expect(refreshed.value.expiresAt).toBeGreaterThan(Date.now())
    expect(await client.userInfo(accessToken, account)).toMatchObject({ value: { sub: 'ann' } })
  })

  test('is not somebody else after a refresh', async () => {
    const { client, account, refreshToken } = await signedIn()
    expect(await client.refresh(refreshToken, { ...account, subject: 'bob' })).toMatchObject({
      error: { code: 'OAUTH_ID_TOKEN_INVALID', reason: 'It is of another account.' },
    })
  })

  test('has its UserInfo told, and that of no other subject', async () => {
    const { client, account, accessToken } = await signedIn()
    expect(await client.userInfo(accessToken, account)).toEqual({
      ok: true,
      value: { sub: 'ann', email: 'ann@example.com', email_verified: true },
    })
    expect(await client.userInfo(accessToken.reveal(), { ...account, subject: 'bob' })).toMatchObject({
      error: { code: 'OAUTH_RESPONSE_INVALID' },
    })
    expect(await client.userInfo('stolen', account)).toMatchObject({
      error: { code: 'OAUTH_ACCESS_TOKEN_REFUSED' },
    })
  })

  test('gives its tokens back', async () => {
    const { client, account, refreshToken } = await signedIn()
    expect(await client.revoke(refreshToken)).toEqual({ ok: true, value: undefined })
    expect(await client.refresh(refreshToken, account)).toMatchObject({
      error: { code: 'OAUTH_GRANT_REFUSED', publicMessage: 'The sign-in was not completed.' },
    })
  })

  test('signs out at the provider', async () => {
    const { client, origin, idToken } = await signedIn()
    const url = new URL(
      await client.logoutUrl({ idToken, postLogoutRedirectUri: `${origin}/bye`, state: 'x' }),
    )
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'shop',
      id_token_hint: idToken.reveal(),
      post_logout_redirect_uri: `${origin}/bye`,
      state: 'x',
    })
    expect(await new Browser().go(url.href)).toMatchObject({ status: 200 })
  })

  test.each(['refresh', 'userInfo'] as const)(
    'of another provider is not sent to this one by %s',
    async (call) => {
      const { client, account } = await signedIn()
      const other = { ...account, issuer: 'https://other.example' }
      await expect(client[call]('token', other)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    },
  )

  test('is refused a client with a wrong secret', async () => {
    const { client, account, refreshToken } = await signedIn()
    expect(account.subject).toBe('ann')
    const wrong = createOidcClient({ issuer: account.issuer, clientId: 'shop', clientSecret: 'wrong' })
    expect(await wrong.refresh(refreshToken, account)).toMatchObject({
      error: { code: 'OAUTH_PROVIDER_ERROR' },
    })
    expect(await client.refresh(refreshToken, account)).toMatchObject({ ok: true })
  })
})
