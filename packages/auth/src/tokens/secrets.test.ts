import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { toErrorJson } from '@base/core/errors'
import { secret } from '@base/core/secret'
import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { AUDIENCE, GOOD, ISSUER, pairOf, sign } from './fixtures/forge.js'
import {
  createKeyRing,
  createTokenService,
  createVerifier,
  hmacKey,
  memoryKeyStore,
  memoryRevocationStore,
  pemKey,
  remoteJwks,
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

  test('in what verifyJws gives', async () => {
    const result = await verifyJws('a.b.c', { keys: hmacKey(SECRET), algorithms: ['HS256'] })
    expectClean(result)
  })
})
