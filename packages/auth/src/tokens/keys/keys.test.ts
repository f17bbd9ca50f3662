import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { secret } from '@base/core/secret'
import { exportJWK } from 'jose'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { pairOf } from '../fixtures/forge.js'
import { hmacKey, type JsonWebKey, pemKey, thumbprint } from '../index.js'
import { isRocaWeak } from './roca.js'
import { usableKey } from './usable-key.js'

const rsa = pairOf('RS256')
const ec = pairOf('ES256')
const ed = pairOf('EdDSA')
const jwkOf = async ({ publicObject }: typeof rsa) => (await exportJWK(publicObject)) as JsonWebKey

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('pemKey', () => {
  test.each([
    ['ES256', ec],
    ['EdDSA', ed],
  ] as const)('takes a private and a public key for %s without being told', async (algorithm, pair) => {
    const [own, other] = [pemKey(pair.privatePem), pemKey(pair.publicPem)]
    expect([own.algorithm, own.canSign, other.algorithm, other.canSign]).toEqual([
      algorithm,
      true,
      algorithm,
      false,
    ])
    expect(own.kid).toBe(await thumbprint(await jwkOf(pair)))
    await expect(other.signingKey()).rejects.toThrow('A public key does not sign.')
  })

  test('takes Ed25519 by its other name', () => {
    expect(pemKey(ed.privatePem, { algorithm: 'Ed25519' }).algorithm).toBe('EdDSA')
  })

  test('takes the older forms, other line breaks, and a secret', () => {
    const pkcs1 = rsa.privateObject.export({ type: 'pkcs1', format: 'pem' }) as string
    const sec1 = ec.privateObject.export({ type: 'sec1', format: 'pem' }) as string
    expect(pemKey(pkcs1, { algorithm: 'PS256' }).kid).toBe(rsa.key.kid)
    expect(pemKey(sec1).kid).toBe(ec.key.kid)
    expect(pemKey(ec.privatePem.replaceAll('\n', '\r\n')).kid).toBe(ec.key.kid)
    expect(pemKey(secret(ec.privatePem)).canSign).toBe(true)
  })

  test('takes the key of a certificate', () => {
    const certificate =
      '-----BEGIN CERTIFICATE-----\nMIIBdTCCARugAwIBAgIUHnfZRFGA6KRfYaaQAP18fL3frLYwCgYIKoZIzj0EAwIw\nDzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjYwNzM5MzhaGA8yMTI2MTEwMjA3Mzkz\nOFowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJ7c\nuJ4NNoMmicWSg160JR+cGMHqHjC/hOOwh4F394FVCBY1v/6k9mDcIzyDnTkpACnH\nDZaLRKoLx+sjht80IbSjUzBRMB0GA1UdDgQWBBSN5gwln2DsgWnPVptv7Af3Zmcp\nRzAfBgNVHSMEGDAWgBSN5gwln2DsgWnPVptv7Af3ZmcpRzAPBgNVHRMBAf8EBTAD\nAQH/MAoGCCqGSM49BAMCA0gAMEUCIHYLt1TDFxmCGNYbgqnyArB8oMo3ZTV9/wke\nr5L1llthAiEA1D58TqIq3azsaZcBtdblCZRbU+NL4u+XNpripOBhkoQ=\n-----END CERTIFICATE-----\n'
    const itsKey =
      '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnty4ng02gyaJxZKDXrQlH5wYweoe\nML+E47CHgXf3gVUIFjW//qT2YNwjPIOdOSkAKccNlotEqgvH6yOG3zQhtA==\n-----END PUBLIC KEY-----\n'
    expect(pemKey(certificate)).toMatchObject({ kid: pemKey(itsKey).kid, canSign: false })
  })

  test('gives keys that cannot be read back', async () => {
    const key = await pemKey(ec.privatePem).signingKey()
    expect(key).toMatchObject({ type: 'private', extractable: false })
    await expect(exportJWK(key)).rejects.toThrow()
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['an empty text', ' '],
    ['no PEM', 'key'],
    ['bytes', new Uint8Array(3)],
    [
      'an encrypted key',
      ec.privateObject.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
    ],
    [
      'a DSA key',
      generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).publicKey.export({
        type: 'spki',
        format: 'pem',
      }),
    ],
  ])('refuses %s', (_, pem) => {
    expect(() => pemKey(pem as string)).toThrow('@base/auth pemKey: pem must be')
  })

  test('refuses a kid that is none, and an algorithm that does not fit', () => {
    for (const kid of ['', 'x'.repeat(129), 'ü', 7]) {
      expect(() => pemKey(ec.publicPem, { kid: kid as string })).toThrow(
        'kid must be 1 to 128 printable ASCII',
      )
    }
    expect(() => pemKey(ec.publicPem, { algorithm: 'RS256' })).toThrow('algorithm must be ES256 for this key')
    expect(() => pemKey(ec.publicPem, { algorithm: 'ES384' as 'ES256' })).toThrow('algorithm must be one of')
  })
})

describe('hmacKey', () => {
  test('has the thumbprint as its name, of a text and of its bytes alike, unless it is given one', async () => {
    const text = 'a secret of thirty-two bytes, at least'
    const k = Buffer.from(text).toString('base64url')
    expect(hmacKey(text).kid).toBe(await thumbprint({ kty: 'oct', k }))
    expect(hmacKey(Buffer.from(text)).kid).toBe(hmacKey(secret(text)).kid)
    expect(hmacKey(text, { kid: 'v1' }).kid).toBe('v1')
    expect(() => hmacKey(text, { kid: '' })).toThrow('kid must be')
  })

  test('is not changed by who changes the bytes later', async () => {
    const bytes = new Uint8Array(32).fill(7)
    const [key, same] = [hmacKey(bytes), hmacKey(Uint8Array.from(bytes))]
    bytes.fill(0)
    const sign = async (one: typeof key) =>
      Buffer.from(await crypto.subtle.sign('HMAC', await one.signingKey(), new Uint8Array(3))).toString('hex')
    expect(await sign(key)).toBe(await sign(same))
  })

  test('takes bytes that begin like a key and are none', () => {
    const bytes = new Uint8Array(40).fill(1)
    bytes[0] = 0x30
    expect(hmacKey(bytes).algorithm).toBe('HS256')
  })

  test('refuses an algorithm of another kind', () => {
    expect(() => hmacKey('x'.repeat(64), { algorithm: 'ES256' as 'HS256' })).toThrow(
      'algorithm must be one of "HS256"',
    )
    expect(() => hmacKey('x'.repeat(64), { algorithm: 'HS1' as 'HS256' })).toThrow('algorithm must be one of')
  })
})

test('without node:crypto, keys of your own say so', () => {
  vi.stubGlobal('process', {})
  expect(() => hmacKey('x'.repeat(32))).toThrow(
    '@base/auth hmacKey: node:crypto is not there on this platform.',
  )
  expect(() => pemKey(ec.publicPem)).toThrow('@base/auth pemKey: node:crypto is not there on this platform.')
})

describe('usableKey', () => {
  test('takes what makes the key, and leaves the rest behind', async () => {
    const jwk = {
      ...(await jwkOf(ec)),
      d: 'secret',
      use: 'sig',
      alg: 'ES256',
      kid: 'a',
      x5c: ['AAAA'],
      own: 1,
    }
    expect(usableKey(jwk)).toEqual({
      kid: 'a',
      algorithms: ['ES256'],
      material: { kty: 'EC', crv: 'P-256', x: jwk.x, y: jwk.y },
    })
  })

  test('takes a key for any operation that includes verify', async () => {
    const jwk = await jwkOf(ec)
    expect(usableKey({ ...jwk, key_ops: ['verify'] })).toMatchObject({ algorithms: ['ES256'] })
    for (const key_ops of [['sign'], [], 'verify', {}]) {
      expect(usableKey({ ...jwk, key_ops })).toBe('its key_ops have no verify')
    }
  })

  test.each<[string, string, object]>([
    ['EC', 'its curve is not P-256', { crv: 'P-384' }],
    ['EC', 'its x or y is missing or malformed', { x: undefined }],
    ['EC', 'its x or y is missing or malformed', { x: 'AAAA' }],
    ['EC', 'its x or y is missing or malformed', { y: `${'A'.repeat(42)}B` }],
    ['EC', 'its alg does not fit it', { alg: 'RS256' }],
    ['EC', 'its alg does not fit it', { alg: 'ES521' }],
    ['EC', 'its alg does not fit it', { alg: 7 }],
    ['EC', 'its kid is no short text', { kid: '' }],
    ['EC', 'its use is not sig', { use: 'enc' }],
    ['EC', 'its kty is not supported', { kty: 'ec' }],
    ['EC', 'its kty is not supported', { kty: '__proto__' }],
    ['RSA', 'its n or e is missing or malformed', { n: 7 }],
    ['RSA', 'its n or e is missing or malformed', { e: 'AQAB=' }],
    ['RSA', 'its n or e is missing or malformed', { n: 'A'.repeat(2_000) }],
    ['RSA', 'its exponent is not safe', { e: 'AQ' }],
    ['RSA', 'its exponent is not safe', { e: 'AQAA' }],
    ['RSA', 'its exponent is not safe', { e: 'AQAAAAAB' }],
    ['RSA', 'its alg does not fit it', { alg: 'HS256' }],
    ['OKP', 'its curve is not Ed25519', { crv: 'X25519' }],
    ['OKP', 'its x is missing or malformed', { x: '' }],
  ])('of the family %s: %s', async (family, problem, wrong) => {
    const jwk = await jwkOf({ EC: ec, RSA: rsa, OKP: ed }[family] ?? ec)
    expect(usableKey({ ...jwk, ...wrong })).toBe(problem)
  })

  test.each([undefined, null, 'key', 7])('of %s: it is no object', (jwk) => {
    expect(usableKey(jwk)).toBe('it is no object')
  })

  test('reads the length of a modulus, not of its text', async () => {
    const n = Buffer.from((await jwkOf(rsa)).n as string, 'base64url')
    const padded = Buffer.concat([Buffer.alloc(8), n]).toString('base64url')
    expect(usableKey({ kty: 'RSA', e: 'AQAB', n: padded })).toMatchObject({ algorithms: ['RS256', 'PS256'] })
    const short = Buffer.concat([Buffer.alloc(64), n.subarray(0, 192)]).toString('base64url')
    expect(usableKey({ kty: 'RSA', e: 'AQAB', n: short })).toBe('its modulus has less than 2048 bits')
  })
})

describe('isRocaWeak', () => {
  /** The product of the first 126 primes, as the flawed generator has it for keys of this size. */
  const M = [...primes(126)].reduce((product, prime) => product * BigInt(prime), 1n)

  test('finds a modulus whose primes have the flawed form', () => {
    const flawed = (k: bigint, a: bigint) => k * M + power(65_537n, a, M)
    expect(isRocaWeak(flawed(12_345n, 678n) * flawed(98_765n, 4_321n))).toBe(true)
  })

  test('does not find sound ones', async () => {
    for (let i = 0; i < 3; i++) {
      const { n } = createPublicKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey).export({
        format: 'jwk',
      })
      expect(isRocaWeak(BigInt(`0x${Buffer.from(n as string, 'base64url').toString('hex')}`))).toBe(false)
    }
  })
})

function* primes(count: number): Generator<number> {
  const found: number[] = []
  for (let candidate = 2; found.length < count; candidate++) {
    if (found.some((prime) => candidate % prime === 0)) continue
    found.push(candidate)
    yield candidate
  }
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (let i = 0n; i < exponent; i++) result = (result * base) % modulus
  return result
}
