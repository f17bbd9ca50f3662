import { createPublicKey } from 'node:crypto'
import type { Result } from '@base/core/result'
import type { JSONWebKeySet, JWK } from 'jose'
import { describe, expectTypeOf, test } from 'vitest'
import {
  type AccessClaims,
  type AuthError,
  type AuthErrorCode,
  createKeyRing,
  createRefreshService,
  createSessions,
  createTokenService,
  createVerifier,
  hmacKey,
  type IssuedSession,
  introspect,
  type KeyRing,
  memoryRefreshStore,
  pemKey,
  type RefreshService,
  remoteJwks,
  requireStepUp,
  revokeToken,
  type Session,
  type Sessions,
  type TokenClaims,
  type TokenKey,
  type TokenService,
  thumbprint,
  type VerifiedJws,
  type Verifier,
  verifyJws,
} from './index.js'

const common = { issuer: 'i', audience: 'a', algorithms: ['ES256'] } as const
const keys = pemKey('')
const exportOfWebCrypto = (key: ImportedKey) => crypto.subtle.exportKey('jwk', key)
type ImportedKey = Parameters<typeof crypto.subtle.exportKey>[1]

describe('createVerifier', () => {
  test('gives the claims of an access token, unless it is asked for another type', () => {
    expectTypeOf(createVerifier({ ...common, keys })).toEqualTypeOf<Verifier<AccessClaims>>()
    expectTypeOf(createVerifier({ ...common, keys, typ: 'at+jwt' })).toEqualTypeOf<Verifier<AccessClaims>>()
    expectTypeOf(createVerifier({ ...common, keys, typ: 'JWT' })).toEqualTypeOf<Verifier<TokenClaims>>()
    expectTypeOf(createVerifier({ ...common, keys, typ: 'JWT' as string })).toEqualTypeOf<
      Verifier<TokenClaims>
    >()
    expectTypeOf(createVerifier({ ...common, keys, typ: undefined })).toEqualTypeOf<Verifier<AccessClaims>>()
    expectTypeOf(createVerifier({ ...common, keys, typ: 'JWT' as 'JWT' | undefined })).toEqualTypeOf<
      Verifier<TokenClaims>
    >()
  })

  test('takes keys of WebCrypto, of jose, of node, and of a type of your own', () => {
    interface PublicKey {
      readonly kty: 'OKP'
      readonly x: string
    }
    interface Named {
      readonly name: string
    }
    const own = {} as PublicKey
    const web = {} as Awaited<ReturnType<typeof exportOfWebCrypto>>
    const node = createPublicKey('').export({ format: 'jwk' })
    thumbprint(web)
    thumbprint(node)
    thumbprint({} as JWK)
    thumbprint(own)
    createVerifier({ ...common, keys: { keys: [web, node, {} as JWK, own, { kty: 'OKP', x5c: [''] }] } })
    createVerifier({ ...common, keys: {} as JSONWebKeySet })
    verifyJws('', { keys: { keys: [own] }, algorithms: ['ES256'] })
    // @ts-expect-error a key that was not exported
    thumbprint(createPublicKey(''))
    // @ts-expect-error nor is one of WebCrypto JSON
    createVerifier({ ...common, keys: { keys: [{} as ImportedKey] } })
    // @ts-expect-error nothing that it reads
    thumbprint({} as Named)
    // @ts-expect-error a member of another type
    thumbprint({} as { readonly kty: number })
  })

  test('takes claims of a type of your own', () => {
    interface OwnClaims {
      readonly tenant: string
    }
    const own = {} as OwnClaims
    const common = { issuer: 'i', audience: 'a', keys: createKeyRing() }
    createTokenService({ ...common, claims: own })
    createTokenService({ ...common, claims: () => own })
    createTokenService({ ...common, claims: async ({ sub }) => (sub === '' ? own : { tenant: sub }) })
    // @ts-expect-error a list
    createTokenService({ ...common, claims: () => ['tenant'] })
    // @ts-expect-error a map, whose entries are no members
    createTokenService({ ...common, claims: new Map([['tenant', '7']]) })
  })

  test('takes a signal that may be missing', () => {
    const verify = (signal?: AbortSignal) => createVerifier({ ...common, keys }).verify('', { signal })
    expectTypeOf(verify()).toEqualTypeOf<Promise<Result<AccessClaims, AuthError>>>()
  })

  test('takes parts of a token or a sign-in that may be missing', () => {
    const text = undefined as string | undefined
    const [list, time] = [undefined as string[] | undefined, undefined as number | undefined]
    const who = { sub: 's', clientId: 'c', scope: text, jkt: text, amr: list, acr: text }
    const tokens = createTokenService({ issuer: 'i', audience: 'a', keys: createKeyRing() })
    tokens.issueAccess({ ...who, roles: list, permissions: list, sid: text, authTime: time })
    const refresh = createRefreshService({ store: memoryRefreshStore(), tokens })
    refresh.start({ ...who, authenticatedAt: time, label: text })
    requireStepUp({ amr: ['pwd'] }, { maxAge: time, amr: list, acr: text })
    requireStepUp({ auth_time: time, amr: list, acr: text }, { maxAge: '5m' })
    const services = { tokens, refresh: undefined as RefreshService | undefined }
    introspect('', services, { audience: text, clientId: text })
    revokeToken('', services, { clientId: text })
  })

  test('wants its algorithms, its issuer and its audience', () => {
    // @ts-expect-error: without algorithms
    createVerifier({ issuer: 'i', audience: 'a', keys })
    // @ts-expect-error: without an issuer
    createVerifier({ audience: 'a', algorithms: ['ES256'], keys })
    // @ts-expect-error: without an audience
    createVerifier({ issuer: 'i', algorithms: ['ES256'], keys })
    // @ts-expect-error: not an algorithm of ours
    createVerifier({ ...common, algorithms: ['none'], keys })
    // @ts-expect-error: a secret is no key
    createVerifier({ ...common, keys: 'secret' })
  })

  test('takes every kind of keys', () => {
    createVerifier({ ...common, keys: [keys, hmacKey('')] })
    createVerifier({ ...common, keys: createKeyRing() })
    createVerifier({ ...common, keys: remoteJwks('') })
    createVerifier({ ...common, keys: { keys: [{ kty: 'EC', crv: 'P-256', x: '', y: '' }] } })
  })

  test('verify gives a result that narrows', async () => {
    const result = await createVerifier({ ...common, keys }).verify('')
    expectTypeOf(result).toEqualTypeOf<Result<AccessClaims, AuthError>>()
    if (result.ok) {
      expectTypeOf(result.value.sub).toEqualTypeOf<string>()
      expectTypeOf(result.value.roles).toEqualTypeOf<readonly string[] | undefined>()
      expectTypeOf(result.value['own']).toEqualTypeOf<unknown>()
    } else {
      expectTypeOf(result.error.code).toEqualTypeOf<AuthErrorCode>()
    }
  })
})

test('a service verifies what it issues, and is a verifier', () => {
  const tokens = createTokenService({ issuer: 'i', audience: 'a', keys: createKeyRing() })
  expectTypeOf(tokens).toEqualTypeOf<TokenService>()
  expectTypeOf(tokens).toExtend<Verifier>()
  // @ts-expect-error: without a client
  tokens.issueAccess({ sub: 'user-1' })
  // @ts-expect-error: a remote set does not sign
  createTokenService({ issuer: 'i', audience: 'a', keys: remoteJwks('') })
})

describe('createSessions', () => {
  type Cart = { readonly cart: readonly string[] }

  test('wants the data that its sessions have', async () => {
    const sessions = createSessions<Cart>()
    expectTypeOf(sessions).toEqualTypeOf<Sessions<Cart>>()
    await sessions.create('user-1', { cart: [] }, { replaces: undefined })
    // @ts-expect-error: without data
    await sessions.create('user-1')
    // @ts-expect-error: data that it may not be
    await sessions.create('user-1', undefined, { replaces: 'id' })
    expectTypeOf<Session<Cart>['data']>().toEqualTypeOf<Cart>()
  })

  test('wants none where there may be none', async () => {
    await createSessions().create('user-1')
    await createSessions().create('user-1', undefined, { replaces: 'id' })
    await createSessions<undefined>().create('user-1')
    const sessions = createSessions<Cart | undefined>()
    await sessions.create('user-1')
    await sessions.create('user-1', { cart: [] })
  })

  test('can be used whatever its data is', () => {
    const begin = <Data>(sessions: Sessions<Data>, data: Data) => sessions.create('user-1', data)
    expectTypeOf(begin<Cart>).returns.resolves.toEqualTypeOf<IssuedSession>()
    expectTypeOf<Sessions<Cart>>().toExtend<Sessions>()
  })
})

test('keys are what they are', () => {
  expectTypeOf(hmacKey('')).toEqualTypeOf<TokenKey>()
  expectTypeOf(createKeyRing()).toEqualTypeOf<KeyRing>()
  // @ts-expect-error: a ring is published, and so has no secrets
  createKeyRing({ algorithm: 'HS256' })
  // @ts-expect-error: not with a secret
  hmacKey('', { algorithm: 'ES256' })
})

test('verifyJws gives header and bytes', () => {
  expectTypeOf(verifyJws('', { keys, algorithms: ['ES256'] })).resolves.toEqualTypeOf<
    Result<VerifiedJws, AuthError>
  >()
  expectTypeOf<VerifiedJws['payload']>().toEqualTypeOf<Uint8Array>()
})
