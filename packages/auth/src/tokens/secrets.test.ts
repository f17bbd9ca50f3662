import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { toErrorJson } from '@base/core/errors'
import { secret } from '@base/core/secret'
import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { AUDIENCE, GOOD, ISSUER, pairOf, sign } from './fixtures/forge.js'
import {
  createKeyRing,
  createRefreshService,
  createSessions,
  createTokenService,
  createVerifier,
  hmacKey,
  memoryKeyStore,
  memoryRefreshStore,
  memoryReplayStore,
  memoryRevocationStore,
  memorySessionStore,
  pemKey,
  remoteJwks,
  verifyDpop,
  verifyJws,
} from './index.js'

const SECRET = 'correct-horse-battery-staple-and-more'
const ec = pairOf('ES256')

/** Everything that a log line, an error or a JSON could show of a value. */
function printed(value: unknown): string {
  const deep = inspect(value, { depth: 20, showHidden: true, getters: true })
  let json = ''
  try {
    json = JSON.stringify(value) ?? ''
  } catch {
    // Some cannot be written.
  }
  const isError = value instanceof Error
  const fields = isError
    ? [value.message, value.stack, String(value.cause), JSON.stringify(toErrorJson(value))]
    : []
  const own = typeof value === 'object' && value !== null ? inspect(Object.entries(value), { depth: 20 }) : ''
  return [deep, json, String(value), own, ...fields].join('\n')
}

/** The private parts, in every encoding in which they might turn up. */
const d = ec.privateObject.export({ format: 'jwk' }).d as string
const needles = [
  SECRET,
  Buffer.from(SECRET).toString('base64'),
  Buffer.from(SECRET).toString('base64url'),
  Buffer.from(SECRET).toString('hex'),
  d,
  Buffer.from(d, 'base64url').toString('hex'),
  ec.privatePem.split('\n')[1] as string,
]

function expectClean(value: unknown, more: readonly string[] = []): void {
  const text = printed(value)
  for (const needle of [...needles, ...more]) expect(text).not.toContain(needle)
}

describe('no secret is printed', () => {
  test('the scan finds what it looks for', () => {
    expect(printed(new Error(SECRET))).toContain(SECRET)
    expect(printed({ deep: { er: [d] } })).toContain(d)
  })

  test('of a key, once it was used too', async () => {
    const keys = [
      hmacKey(SECRET),
      hmacKey(secret(SECRET)),
      pemKey(ec.privatePem),
      pemKey(secret(ec.privatePem)),
    ]
    for (const key of keys) {
      await key.signingKey()
      await key.cryptoKey(key.algorithm)
      expectClean(key)
      expectClean(await key.signingKey())
    }
  })

  test('of a service, a verifier and a ring', async () => {
    const store = memoryKeyStore()
    const ring = createKeyRing({ store, clock: new TestClock() })
    const tokens = createTokenService({ issuer: ISSUER, audience: AUDIENCE, keys: hmacKey(SECRET) })
    const ringed = createTokenService({
      issuer: ISSUER,
      audience: AUDIENCE,
      keys: ring,
      clock: new TestClock(),
    })
    const verifier = createVerifier({
      issuer: ISSUER,
      audience: AUDIENCE,
      algorithms: ['ES256'],
      keys: ec.key,
    })
    const { token } = await tokens.issueAccess({ sub: 'user-1', clientId: 'web' })
    const issued = await ringed.issueAccess({ sub: 'user-1', clientId: 'web' })
    await tokens.verifyAccess(token)
    await ringed.verifyAccess(issued.token)
    const privateParts = (await store.load()).keys.map(({ privateKey }) => privateKey.d as string)
    expect(privateParts).toHaveLength(1)
    for (const value of [tokens, ringed, verifier, ring, store, await ring.jwks(), await ring.rotate()]) {
      expectClean(value, [...privateParts, token, issued.token])
    }
  })

  test('in the error of an option that is wrong', () => {
    const wrong = [
      () => hmacKey(SECRET.slice(0, 31)),
      () => hmacKey(SECRET, { algorithm: 'HS512' }),
      () => hmacKey(ec.privatePem),
      () => hmacKey([SECRET] as never),
      () => pemKey(SECRET),
      () => pemKey(ec.privatePem.replace('MIGH', 'XXXX')),
      () => pemKey(ec.privatePem, { algorithm: 'EdDSA' }),
      () =>
        createVerifier({ issuer: ISSUER, audience: AUDIENCE, algorithms: ['HS256'], keys: SECRET as never }),
      () => createTokenService({ issuer: ISSUER, audience: AUDIENCE, keys: ec.privatePem as never }),
      () => remoteJwks(`https://user:${SECRET}@login.example.com/`),
    ]
    for (const make of wrong) {
      let thrown: unknown
      try {
        make()
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(Error)
      expectClean(thrown, [SECRET.slice(0, 31)])
    }
  })

  test('in a refusal, nor the token, nor what it says', async () => {
    const said = { ...GOOD, sub: 'ann@example.com', roles: ['secret-role'], jti: 'jti-0815' }
    const header = { alg: 'ES256', typ: 'at+jwt', kid: ec.key.kid }
    const texts = await Promise.all([
      sign(ec.privateObject, header, { ...said, iss: 'https://evil.example' }),
      sign(ec.privateObject, header, { ...said, aud: 'ann' }),
      sign(ec.privateObject, header, { ...said, exp: 1 }),
      sign(ec.privateObject, header, { ...said, nbf: 9e9 }),
      sign(ec.privateObject, header, { ...said, client_id: 7 }),
      sign(ec.privateObject, { ...header, typ: 'JWT' }, said),
      sign(ec.privateObject, { ...header, kid: 'kid-of-ann' }, said),
      sign(pairOf('ES256').privateObject, header, said),
    ])
    const heard: unknown[] = []
    const listener = (message: unknown) => heard.push(message)
    subscribe('base:auth:verifier:refused', listener)
    const verifier = createVerifier({
      issuer: ISSUER,
      audience: AUDIENCE,
      algorithms: ['ES256'],
      keys: ec.publicKey,
      clock: new TestClock(),
    })
    for (const text of [...texts, `${texts[0]}=`, 'x'.repeat(9_000)]) {
      const result = await verifier.verify(text)
      const parts = text.split('.').filter((part) => part.length > 20)
      const private_ = ['ann@example.com', 'secret-role', 'jti-0815', 'evil.example', 'kid-of-ann']
      expectClean(!result.ok && result.error, [...parts, text, ...private_])
    }
    unsubscribe('base:auth:verifier:refused', listener)
    expect(heard).toHaveLength(10)
    for (const message of heard) expectClean(message, ['ann@example.com', ...texts])
  })

  test('where a store fails with the secret in its error, the JSON of ours is clean', async () => {
    const store = {
      load: () => Promise.reject(new Error(`redis://:${SECRET}@cache`)),
      replace: async () => false,
    }
    const revocations = { ...memoryRevocationStore(), find: () => Promise.reject(new Error(SECRET)) }
    const tokens = createTokenService({ issuer: ISSUER, audience: AUDIENCE, keys: ec.key, revocations })
    const failed = [
      await createKeyRing({ store })
        .rotate()
        .catch((error: unknown) => error),
      await tokens.issueAccess({ sub: 'user-1', clientId: 'web' }).catch((error: unknown) => error),
      await tokens.revokeAll('user-1').catch((error: unknown) => error),
    ]
    for (const error of failed) {
      if (error === undefined) continue
      expect(
        JSON.stringify(toErrorJson(error)) + JSON.stringify(error) + (error as Error).message,
      ).not.toContain(SECRET)
    }
    expect(failed.slice(0, 2).every((error) => error instanceof Error)).toBe(true)
  })

  test('of refresh tokens and sessions, in what is refused, told, listed and stored', async () => {
    const heard: unknown[] = []
    const listener = (message: unknown) => heard.push(message)
    subscribe('base:auth:refresh:reused', listener)
    const tokens = createTokenService({ issuer: ISSUER, audience: AUDIENCE, keys: ec.key })
    const [families, sessionStore] = [memoryRefreshStore(), memorySessionStore()]
    const refresh = createRefreshService({ store: families, tokens, onReuse: listener })
    const sessions = createSessions({ store: sessionStore })
    const first = await refresh.start({ sub: 'user-1', clientId: 'web' })
    const second = await refresh.rotate(first.refreshToken, { clientId: 'web' })
    const next = second.ok ? second.value : first
    const { id } = await sessions.create('user-1')
    const rotated = await sessions.rotate(id)
    const refusals = [
      await refresh.rotate(first.refreshToken, { clientId: 'evil' }),
      await refresh.rotate(`${first.refreshToken}x`, { clientId: 'web' }),
      await refresh.rotate(first.refreshToken, { clientId: 'web', scope: 'wider' }),
    ]
    await refresh.rotate(first.refreshToken, { clientId: 'web' })
    await refresh.rotate(next.refreshToken, { clientId: 'web' })
    refusals.push(await refresh.rotate(first.refreshToken, { clientId: 'web' }))
    refusals.push(await refresh.rotate(next.refreshToken, { clientId: 'web' }))
    unsubscribe('base:auth:refresh:reused', listener)
    expect(refusals.every((result) => !result.ok)).toBe(true)
    expect(heard).toHaveLength(6)

    const all = [first.refreshToken, next.refreshToken, first.accessToken, id, rotated?.id ?? '']
    // The first 24 characters name the row, and are no secret; nothing may hold what comes behind them.
    const secrets = all.map((text) => (text.length === 68 ? text.slice(24) : text))
    const listed = [await refresh.sessions('user-1'), await sessions.list('user-1')]
    const errors = refusals.map((result) => !result.ok && result.error)
    for (const value of [refresh, sessions, families, sessionStore, ...heard, ...listed, ...errors])
      expectClean(value, secrets)
  })

  test('of a proof, in its refusal', async () => {
    const jwk = ec.privateObject.export({ format: 'jwk' })
    const claims = { jti: 'jti-0815', htm: 'GET', htu: 'https://secret.example/', iat: 0 }
    const proof = await sign(ec.privateObject, { alg: 'ES256', typ: 'dpop+jwt', jwk }, claims)
    const options = { method: 'POST', url: AUDIENCE, replays: memoryReplayStore(), accessToken: 'a.b.c' }
    for (const text of [proof, `${proof}=`, SECRET]) {
      const result = await verifyDpop(text, options)
      expectClean(!result.ok && result.error, ['jti-0815', 'secret.example', ...proof.split('.')])
    }
  })

  test('in what verifyJws gives', async () => {
    const result = await verifyJws('a.b.c', { keys: hmacKey(SECRET), algorithms: ['HS256'] })
    expectClean(result)
  })
})
