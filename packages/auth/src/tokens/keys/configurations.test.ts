import { TestClock } from '@base/core/testing'
import { exportJWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { AUDIENCE, GOOD, ISSUER, pairOf, sign } from '../fixtures/forge.js'
import {
  type AlgorithmName,
  createKeyRing,
  createTokenService,
  createVerifier,
  hmacKey,
  pemKey,
  type TokenKey,
  type VerifierKeys,
  verifyJws,
} from '../index.js'

const SECRET = 'a secret of thirty-two bytes, at least'
const OTHER = 'another secret of thirty-two bytes, or more'
const rsa = pairOf('RS256')
const ec = pairOf('ES256')
const ecToo = pairOf('ES256')
const rsaJwk = { ...(await exportJWK(rsa.publicObject)), kid: rsa.key.kid }
const clock = new TestClock()

const serviceWith = (...keys: TokenKey[]) =>
  createTokenService({ issuer: ISSUER, audience: AUDIENCE, keys, clock })
const verifierWith = (keys: VerifierKeys, ...algorithms: AlgorithmName[]) =>
  createVerifier({ issuer: ISSUER, audience: AUDIENCE, algorithms, keys, clock })

describe('keys of your own', () => {
  test.each<[string, () => TokenKey[]]>([
    ['a secret twice', () => [hmacKey(SECRET), hmacKey(SECRET)]],
    ['a secret twice by one name', () => [hmacKey(SECRET, { kid: 'a' }), hmacKey(SECRET, { kid: 'a' })]],
    ['a PEM twice', () => [pemKey(ec.privatePem), pemKey(ec.privatePem)]],
    ['a private key and its public one', () => [pemKey(ec.privatePem), pemKey(ec.publicPem)]],
    ['two secrets', () => [hmacKey(SECRET), hmacKey(OTHER)]],
    [
      'one RSA key for two algorithms',
      () => (['RS256', 'PS256'] as const).map((algorithm) => pemKey(rsa.privatePem, { algorithm })),
    ],
    [
      'keys of two kinds by one name',
      () => [pemKey(ec.privatePem, { kid: 'a' }), pemKey(rsa.privatePem, { kid: 'a', algorithm: 'RS256' })],
    ],
  ])('%s verify what the first of them signs', async (_, keys) => {
    const service = serviceWith(...keys())
    const { token } = await service.issueAccess({ sub: 'u', clientId: 'c' })
    expect(await service.verifyAccess(token)).toMatchObject({ ok: true })
  })

  test.each<[string, () => TokenKey[]]>([
    ['secrets', () => [hmacKey(SECRET, { kid: 'v1' }), hmacKey(OTHER, { kid: 'v1' })]],
    ['PEMs', () => [pemKey(ec.privatePem, { kid: 'v1' }), pemKey(ecToo.privatePem, { kid: 'v1' })]],
  ])('are refused where two different %s have one name', async (_, keys) => {
    const message =
      'keys must be such that no two different keys have kid and algorithm in common, received "v1"'
    const [first] = keys()
    expect(() => serviceWith(...keys())).toThrow(`@base/auth createTokenService: ${message}`)
    expect(() => verifierWith(keys(), first?.algorithm ?? 'ES256')).toThrow(
      `@base/auth createVerifier: ${message}`,
    )
    const token = await sign(ec.privateObject, { alg: 'ES256', kid: 'v1' }, GOOD)
    await expect(verifyJws(token, { keys: keys(), algorithms: ['ES256'] })).rejects.toThrow(
      `@base/auth verifyJws: ${message}`,
    )
  })
})

describe('a verifier', () => {
  test.each<[string, VerifierKeys, AlgorithmName[], string]>([
    ['ES256', ec.publicKey, ['RS256'], 'exactly one of RS256, received "ES256"'],
    ['HS256', hmacKey(SECRET), ['RS256'], 'exactly one of RS256, received "HS256"'],
    ['HS256 and ES256', [hmacKey(SECRET), ec.publicKey], ['EdDSA'], 'EdDSA, received "HS256, ES256"'],
    ['RSA', { keys: [rsaJwk] }, ['ES256', 'EdDSA'], 'ES256, EdDSA, received "RS256 or PS256"'],
    ['RSA without alg', { keys: [rsaJwk] }, ['RS256', 'PS256'], 'RS256, PS256, received "RS256 or PS256"'],
    ['a key ring', createKeyRing(), ['HS256'], 'exactly one of HS256, received "ES256"'],
    ['a key ring', createKeyRing({ algorithm: 'Ed25519' }), ['ES256'], 'one of ES256, received "EdDSA"'],
  ])('is not made of keys for %s alone, where they are not for its list', (_, keys, algorithms, message) => {
    expect(() => verifierWith(keys, ...algorithms)).toThrow(message)
  })

  test.each<[string, VerifierKeys, AlgorithmName[]]>([
    ['one of several keys', [ec.publicKey, hmacKey(SECRET)], ['ES256']],
    ['the algorithm of a key ring', createKeyRing(), ['EdDSA', 'ES256']],
    ['the other name of an algorithm', pairOf('EdDSA').publicKey, ['Ed25519']],
    ['an RSA key without alg and a list with one', { keys: [rsaJwk] }, ['RS256', 'ES256']],
    ['an RSA key with its alg', { keys: [{ ...rsaJwk, alg: 'PS256' }] }, ['RS256', 'PS256']],
  ])('is made where %s fits', (_, keys, algorithms) => {
    expect(() => verifierWith(keys, ...algorithms)).not.toThrow()
  })
})

describe('a JWK set whose list was changed', () => {
  const jwkOf = async ({ publicObject, key }: typeof ec) => ({
    ...(await exportJWK(publicObject)),
    kid: key.kid,
  })
  const tokenOf = ({ privateObject, key }: typeof ec) =>
    sign(privateObject, { alg: 'ES256', typ: 'at+jwt', kid: key.kid }, GOOD)

  test('is read anew by the next verifier, and by verifyJws; a verifier keeps what it was given', async () => {
    const set = { keys: [await jwkOf(ec)] }
    const before = verifierWith(set, 'ES256')
    const [removed, added] = [await tokenOf(ec), await tokenOf(ecToo)]
    set.keys.splice(0, 1, await jwkOf(ecToo))

    const after = verifierWith(set, 'ES256')
    const judged = [
      await before.verify(removed),
      await after.verify(removed),
      await after.verify(added),
      await verifyJws(removed, { keys: set, algorithms: ['ES256'] }),
      await verifyJws(added, { keys: set, algorithms: ['ES256'] }),
    ]
    expect(judged.map(({ ok }) => ok)).toEqual([true, false, true, false, true])
    set.keys.length = 0
    expect(() => verifierWith(set, 'ES256')).toThrow('keys must be a set with a key that can be used')
  })
})
