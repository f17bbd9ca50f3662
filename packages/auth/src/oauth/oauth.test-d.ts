import type { Result } from '@base/core/result'
import type { Secret } from '@base/core/secret'
import { describe, expectTypeOf, test } from 'vitest'
import type { AuthError } from '../errors/index.js'
import {
  createOidcClient,
  github,
  google,
  memoryOAuthTransactionStore,
  microsoft,
  type OAuthTransactionStore,
  type OidcIdentity,
  type OidcRefusal,
  safeReturnTo,
} from './index.js'

describe('oauth', () => {
  test('settings of a provider are spread, and what is missing is said', () => {
    const client = createOidcClient({ ...google(), clientId: 'shop', clientSecret: 'x' })
    createOidcClient({ ...microsoft({ tenant: 'organizations' }), clientId: 'shop' })
    createOidcClient({ ...github(), clientId: 'shop', clientSecret: {} as Secret<string> })
    // @ts-expect-error who the client is must be said
    createOidcClient({ ...google() })
    // @ts-expect-error id tokens are signed with two keys
    createOidcClient({ ...google(), clientId: 'shop', algorithms: ['HS256'] })
    // @ts-expect-error a cookie that other hosts could set is none
    createOidcClient({ ...google(), clientId: 'shop', cookieName: 'oauth' })
    // @ts-expect-error where the browser comes back to must be said
    client.begin({})
  })

  test('the end of a sign-in is a result', () => {
    const client = createOidcClient({ ...google(), clientId: 'shop' })
    expectTypeOf(client.complete('/', client.readCookie(null))).resolves.toEqualTypeOf<
      Result<OidcIdentity, OidcRefusal>
    >()
    expectTypeOf<OidcRefusal>().toExtend<AuthError>()
    expectTypeOf<OidcRefusal['returnTo']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<OidcIdentity['claims']['email']>().toEqualTypeOf<unknown>()
    expectTypeOf<OidcIdentity['tokens']['accessToken']>().toEqualTypeOf<Secret<string>>()
  })

  test('what a sign-in is asked may be missing', () => {
    const client = createOidcClient({ ...google(), clientId: 'shop' })
    const text = undefined as string | undefined
    client.begin({ redirectUri: '/', returnTo: text, loginHint: text, prompt: undefined, maxAge: undefined })
    client.logoutUrl({ idToken: text, postLogoutRedirectUri: text, state: text })
    const needed = { issuer: '', authorization_endpoint: '', token_endpoint: '', jwks_uri: '' }
    createOidcClient({ metadata: { ...needed, end_session_endpoint: text }, clientId: 'shop' })
  })

  test('a path out of a request may be anything', () => {
    expectTypeOf(safeReturnTo).parameter(0).toEqualTypeOf<unknown>()
    expectTypeOf(memoryOAuthTransactionStore()).toEqualTypeOf<OAuthTransactionStore>()
  })
})
