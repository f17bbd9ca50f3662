import { secret } from '@base/core/secret'
import { describe, expect, test } from 'vitest'
import { createOidcClient, memoryOAuthTransactionStore, type OidcClientOptions } from './index.js'

const issuer = 'https://login.example.com'
const metadata = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
}
const good = { metadata, clientId: 'shop', clientSecret: 'a secret' }
const redirectUri = 'https://shop.example/callback'

const invalid = (option: string, pattern = 'createOidcClient') =>
  expect.objectContaining({
    code: 'INVALID_OPTION',
    details: expect.objectContaining({ package: '@base/auth', pattern, option }),
  })

describe('createOidcClient', () => {
  test.each<[string, object]>([
    ['issuer', { metadata: undefined }],
    ['issuer', { issuer }],
    ['issuer', { metadata: undefined, issuer: 'http://login.example.com' }],
    ['issuer', { metadata: undefined, issuer: 'login.example.com' }],
    ['issuer', { metadata: undefined, issuer: 'https://a:b@login.example.com' }],
    ['issuer', { metadata: undefined, issuer: `${issuer}?tenant=1` }],
    ['issuer', { metadata: undefined, issuer: `${issuer}#x` }],
    ['metadata', { metadata: null }],
    ['metadata', { metadata: { issuer } }],
    ['metadata', { metadata: { ...metadata, jwks_uri: undefined } }],
    ['metadata', { metadata: { ...metadata, token_endpoint: 'http://127.0.0.1/token' } }],
    ['metadata', { metadata: { ...metadata, userinfo_endpoint: 'ftp://x' } }],
    ['issuerTemplate', { issuerTemplate: issuer }],
    ['clientId', { clientId: '' }],
    ['clientSecret', { clientSecret: '' }],
    ['clientSecret', { clientSecret: 7 }],
    ['clientSecret', { clientSecret: secret('') }],
    ['clientAuthentication', { clientAuthentication: 'private_key_jwt' }],
    ['clientAuthentication', { clientAuthentication: 'private_key_jwt', clientSecret: undefined }],
    ['scope', { scope: 'email' }],
    ['scope', { scope: 'openid  email' }],
    ['scope', { scope: 'openid "x"' }],
    ['authorizationParameters.state', { authorizationParameters: { state: 'x' } }],
    ['authorizationParameters.code_challenge', { authorizationParameters: { code_challenge: 'x' } }],
    ['authorizationParameters.max_age', { authorizationParameters: { max_age: '60' } }],
    ['authorizationParameters.x', { authorizationParameters: { x: '' } }],
    ['profile', { profile: 'x' }],
    ['transactions', { transactions: { put: () => {} } }],
    ['transactionTtl', { transactionTtl: 600_001 }],
    ['transactionTtl', { transactionTtl: 0 }],
    ['cookieName', { cookieName: 'oauth' }],
    ['cookieName', { cookieName: '__Host-a b' }],
    ['algorithms', { algorithms: [] }],
    ['algorithms', { algorithms: ['HS256'] }],
    ['algorithms', { algorithms: ['none'] }],
    ['clockSkew', { clockSkew: 300_001 }],
    ['timeout', { timeout: 0 }],
    ['metadataMaxAge', { metadataMaxAge: 0 }],
    ['fetch', { fetch: 'x' }],
    ['clock', { clock: {} }],
  ])('refuses a wrong %s: %j', (option, change) => {
    expect(() => createOidcClient({ ...good, ...change })).toThrow(invalid(option))
  })

  test.each([undefined, null, {}])('refuses %j for options', (options) => {
    expect(() => createOidcClient(options as never)).toThrow(invalid('issuer'))
  })

  test('does not show what it refuses where that may be a secret', () => {
    const message = (change: object): string => {
      try {
        createOidcClient({ ...good, ...change } as OidcClientOptions)
        return ''
      } catch (error) {
        return String((error as Error).message)
      }
    }
    expect(message({ clientSecret: ['hush'] })).not.toContain('hush')
    expect(message({ metadata: undefined, issuer: 'https://hush:hush@x.example' })).not.toContain('hush')
  })

  test('takes a secret that does not print', async () => {
    const client = createOidcClient({ ...good, clientSecret: secret('hush') })
    expect((await client.begin({ redirectUri })).url).not.toContain('hush')
  })

  test('names the cookie as it is told', async () => {
    const client = createOidcClient({ ...good, cookieName: '__Host-sso', transactionTtl: '1m' })
    const { cookie, transactionId } = await client.begin({ redirectUri })
    expect(cookie).toMatch(/^__Host-sso=.*; Max-Age=60$/)
    expect(client.readCookie(`__Host-sso=${transactionId}`)).toBe(transactionId)
  })
})

describe('begin', () => {
  const client = createOidcClient(good)

  test.each<[string, object]>([
    ['redirectUri', { redirectUri: undefined }],
    ['redirectUri', { redirectUri: '/callback' }],
    ['redirectUri', { redirectUri: 'http://shop.example/callback' }],
    ['redirectUri', { redirectUri: 'javascript:alert(1)' }],
    ['redirectUri', { redirectUri: `${redirectUri}#x` }],
    ['redirectUri', { redirectUri: 'https://a:b@shop.example' }],
    ['returnTo', { returnTo: 'https://evil.example' }],
    ['prompt', { prompt: 'create' }],
    ['loginHint', { loginHint: '' }],
    ['maxAge', { maxAge: 1_500 }],
    ['maxAge', { maxAge: -1 }],
  ])('refuses a wrong %s: %j', async (option, change) => {
    await expect(client.begin({ redirectUri, ...change })).rejects.toEqual(invalid(option, 'begin'))
  })

  test('refuses no options', async () => {
    await expect(client.begin(undefined as never)).rejects.toEqual(invalid('redirectUri', 'begin'))
  })

  test('leaves out a transaction id that is none, and never gives one twice', async () => {
    const first = await client.begin({ redirectUri, transactionId: 'x; Domain=evil.example' })
    const second = await client.begin({ redirectUri })
    const third = await client.begin({ redirectUri, transactionId: second.transactionId })
    expect(first.transactionId).toMatch(/^[\w-]{68}$/)
    expect(second.transactionId).not.toBe(first.transactionId)
    expect(third.transactionId).toBe(second.transactionId)
    expect(third.url).not.toBe(second.url)
  })
})

describe('other calls', () => {
  const client = createOidcClient({
    ...good,
    metadata: { ...metadata, end_session_endpoint: `${issuer}/bye` },
  })
  const account = { issuer, subject: 'user-1' }

  test('refuse what is no token, and no account', async () => {
    await expect(client.refresh('', account)).rejects.toEqual(invalid('refreshToken', 'refresh'))
    await expect(client.userInfo(7 as never, account)).rejects.toEqual(invalid('accessToken', 'userInfo'))
    await expect(client.revoke(secret('') as never)).rejects.toEqual(invalid('token', 'revoke'))
    await expect(client.refresh('x', undefined as never)).rejects.toEqual(
      invalid('account.issuer', 'refresh'),
    )
    await expect(client.userInfo('x', { issuer, subject: '' })).rejects.toEqual(
      invalid('account.subject', 'userInfo'),
    )
  })

  test('sign out with what is given', async () => {
    expect(await client.logoutUrl()).toBe(`${issuer}/bye?client_id=shop`)
    await expect(client.logoutUrl({ postLogoutRedirectUri: '//evil.example' })).rejects.toEqual(
      invalid('postLogoutRedirectUri', 'logoutUrl'),
    )
    await expect(client.logoutUrl({ idToken: '' })).rejects.toEqual(invalid('idToken', 'logoutUrl'))
    await expect(client.logoutUrl({ state: '' })).rejects.toEqual(invalid('state', 'logoutUrl'))
  })
})

describe('memoryOAuthTransactionStore', () => {
  test.each<[string, object]>([
    ['maxEntries', { maxEntries: 0 }],
    ['clock', { clock: {} }],
  ])('refuses a wrong %s', (option, options) => {
    expect(() => memoryOAuthTransactionStore(options)).toThrow(invalid(option, 'memoryOAuthTransactionStore'))
  })

  test('forgets the oldest where there is no room, and what is over', async () => {
    const store = memoryOAuthTransactionStore({ maxEntries: 2 })
    for (const key of ['a', 'b', 'c']) await store.put(key, key, 1_000, 0)
    expect(await Promise.all(['a', 'b', 'c'].map((key) => store.take(key, 0)))).toEqual([undefined, 'b', 'c'])
    await store.put('d', 'd', 1_000, 0)
    await store.put('e', 'e', 5_000, 1_000)
    await store.put('f', 'f', 5_000, 1_000)
    expect(await Promise.all(['d', 'e', 'f'].map((key) => store.take(key, 1_000)))).toEqual([
      undefined,
      'e',
      'f',
    ])
  })
})
