import { createHmac, generateKeyPairSync, sign as rawSign } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { TestClock } from '@base/core/testing'
import { exportJWK } from 'jose'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { AUDIENCE, encode, GOOD, ISSUER, pairOf, sign } from './fixtures/forge.js'
import {
  type AlgorithmName,
  createKeyRing,
  createTokenService,
  createVerifier,
  hmacKey,
  type JsonWebKey,
  memoryRevocationStore,
  pemKey,
  type VerifierKeys,
  verifyJws,
} from './index.js'

const rsa = pairOf('RS256')
const ec = pairOf('ES256')
const ed = pairOf('EdDSA')
const attacker = pairOf('ES256')
const rsaJwk = { ...(await exportJWK(rsa.publicObject)), kid: rsa.key.kid }
const ecJwk = { ...(await exportJWK(ec.publicObject)), kid: ec.key.kid }

const HS = [
  ['HS256', 'sha256'],
  ['HS384', 'sha384'],
  ['HS512', 'sha512'],
] as const

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Signed by hand, for libraries refuse to do some of this. */
function mac(alg: string, hash: string, secret: string | Uint8Array, header: object = {}): string {
  const input = `${encode({ alg, typ: 'at+jwt', ...header })}.${encode(GOOD)}`
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`
}

function verifierOf(keys: VerifierKeys, algorithms: readonly AlgorithmName[]) {
  return createVerifier({ issuer: ISSUER, audience: AUDIENCE, algorithms, keys, clock: new TestClock() })
}

async function codeOf(token: string, keys: VerifierKeys, algorithms: readonly AlgorithmName[]) {
  const result = await verifierOf(keys, algorithms).verify(token)
  return result.ok ? 'ok' : result.error.code
}

const goodEs256 = (header: object = {}) =>
  sign(ec.privateObject, { alg: 'ES256', typ: 'at+jwt', kid: ec.key.kid, ...header }, GOOD)

describe('CVE-2015-9235, CVE-2016-10555, CVE-2022-29217: the public key taken for an HMAC secret', () => {
  const secrets: [string, string | Uint8Array][] = [
    ['PEM', rsa.publicPem],
    ['PEM without its last line break', rsa.publicPem.trimEnd()],
    ['PKCS#1 PEM', rsa.publicObject.export({ type: 'pkcs1', format: 'pem' }) as string],
    ['DER', rsa.publicObject.export({ type: 'spki', format: 'der' })],
    ['JWK', JSON.stringify(rsaJwk)],
    ['PEM without its first and last line', rsa.publicPem.replace(/-----.*-----\n/g, '')],
    ['DER in Base64', rsa.publicObject.export({ type: 'spki', format: 'der' }).toString('base64')],
    ['PEM in Base64', Buffer.from(rsa.publicPem).toString('base64')],
    ['PEM in base64url', Buffer.from(rsa.publicPem).toString('base64url')],
    ['JWK in Base64', Buffer.from(JSON.stringify(rsaJwk)).toString('base64')],
    ['JWK in base64url', Buffer.from(JSON.stringify(rsaJwk)).toString('base64url')],
    ['JWK set in Base64', Buffer.from(JSON.stringify({ keys: [rsaJwk] })).toString('base64')],
    ['modulus', Buffer.from(rsaJwk.n as string, 'base64url')],
  ]

  test.each(secrets)('a token signed with its %s is refused', async (_, secret) => {
    for (const [alg, hash] of HS) {
      for (const header of [{}, { kid: rsa.key.kid }]) {
        const token = mac(alg, hash, secret, header)
        expect(await codeOf(token, rsa.publicKey, ['RS256'])).toBe('TOKEN_ALG_NOT_ALLOWED')
        expect(await codeOf(token, { keys: [rsaJwk] }, ['RS256'])).toBe('TOKEN_ALG_NOT_ALLOWED')
        // Even a list that nobody should write helps nobody: the key is not for that algorithm.
        expect(() => verifierOf(rsa.publicKey, [alg])).toThrow('keys must be such that one is for')
        expect((await verifyJws(token, { keys: rsa.publicKey, algorithms: [alg] })).ok).toBe(false)
      }
    }
  })

  test('no verifier takes both kinds of algorithm', () => {
    expect(() => verifierOf(rsa.publicKey, ['RS256', 'HS256'])).toThrow('either HS algorithms or others')
    expect(() =>
      createTokenService({ issuer: ISSUER, audience: AUDIENCE, keys: [ec.key, hmacKey('x'.repeat(32))] }),
    ).toThrow('either HS algorithms or others')
  })

  test.each(secrets.slice(0, -1))('hmacKey does not take its %s', (_, secret) => {
    expect(() => hmacKey(secret)).toThrow('must be a shared secret, received "an asymmetric key"')
  })

  // As a JWK set has it in `x5c`, and as Keycloak shows it for who looks for the key.
  const certificate =
    'MIIBdTCCARugAwIBAgIUHnfZRFGA6KRfYaaQAP18fL3frLYwCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjYwNzM5MzhaGA8yMTI2MTEwMjA3MzkzOFowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJ7cuJ4NNoMmicWSg160JR+cGMHqHjC/hOOwh4F394FVCBY1v/6k9mDcIzyDnTkpACnHDZaLRKoLx+sjht80IbSjUzBRMB0GA1UdDgQWBBSN5gwln2DsgWnPVptv7Af3ZmcpRzAfBgNVHSMEGDAWgBSN5gwln2DsgWnPVptv7Af3ZmcpRzAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIHYLt1TDFxmCGNYbgqnyArB8oMo3ZTV9/wker5L1llthAiEA1D58TqIq3azsaZcBtdblCZRbU+NL4u+XNpripOBhkoQ='

  test.each<[string, string | Uint8Array]>([
    ['a certificate without its first and last line', certificate],
    ['a certificate in DER', Buffer.from(certificate, 'base64')],
    ['an ECDSA key of OpenSSH', `ecdsa-sha2-nistp256 ${'A'.repeat(64)}`],
    ['a key of OpenSSH on a token', `sk-ssh-ed25519@openssh.com ${'A'.repeat(64)}`],
    ['the file of a key of SSH (RFC 4716)', `---- BEGIN SSH2 PUBLIC KEY ----\n${'A'.repeat(64)}`],
  ])('hmacKey does not take %s', (_, secret) => {
    expect(() => hmacKey(secret)).toThrow('must be a shared secret, received "an asymmetric key"')
  })

  test('hmacKey takes neither private keys nor certificates nor ssh keys', () => {
    for (const { privateObject, privatePem } of [rsa, ec, ed]) {
      expect(() => hmacKey(privatePem)).toThrow('a shared secret')
      expect(() => hmacKey(privateObject.export({ type: 'pkcs8', format: 'der' }))).toThrow('a shared secret')
    }
    expect(() => hmacKey(`-----BEGIN CERTIFICATE-----\n${'A'.repeat(64)}`)).toThrow('a shared secret')
    expect(() => hmacKey(`ssh-ed25519 ${'A'.repeat(64)}`)).toThrow('a shared secret')
    expect(() => hmacKey(btoa(`ssh-ed25519 ${'A'.repeat(64)}`))).toThrow('a shared secret')
    expect(() => hmacKey(btoa(ec.privatePem))).toThrow('a shared secret')
    expect(() => hmacKey(ec.privateObject.export({ type: 'sec1', format: 'der' }))).toThrow('a shared secret')
    expect(() => hmacKey(rsa.privateObject.export({ type: 'pkcs1', format: 'der' }))).toThrow(
      'a shared secret',
    )
  })
})

describe('CVE-2023-48223, CVE-2026-34950: the kind of a key read from its text', () => {
  test.each([' ', '\n', ' \n\t', '\ufeff', 'x\n'])('a PEM behind %j is still no secret', (prefix) => {
    expect(() => hmacKey(prefix + rsa.publicPem)).toThrow('a shared secret')
  })

  test('the kind of a key is what it was made as', async () => {
    const token = mac('HS256', 'sha256', ` \n${rsa.publicPem}`)
    expect(await codeOf(token, pemKey(` \n${rsa.publicPem}`, { algorithm: 'RS256' }), ['RS256'])).toBe(
      'TOKEN_ALG_NOT_ALLOWED',
    )
    expect(() => verifierOf(rsa.publicPem as never, ['RS256'])).toThrow('keys must be a key')
  })
})

describe('CVE-2026-22817, CVE-2026-22818, CVE-2026-23993: the algorithm taken from the token', () => {
  test('a JWK without alg does not become a secret', async () => {
    for (const secret of [JSON.stringify(rsaJwk), rsaJwk.n as string, '']) {
      const token = mac('HS256', 'sha256', secret, { kid: rsa.key.kid })
      expect(await codeOf(token, { keys: [rsaJwk] }, ['RS256'])).toBe('TOKEN_ALG_NOT_ALLOWED')
    }
  })

  test('a JWK without alg has the one that its family and the list leave, and none where they leave two', async () => {
    const token = await sign(rsa.privateObject, { alg: 'PS256', typ: 'at+jwt', kid: rsa.key.kid }, GOOD)
    expect(await codeOf(token, { keys: [rsaJwk] }, ['PS256'])).toBe('ok')
    expect(await codeOf(token, { keys: [rsaJwk] }, ['RS256'])).toBe('TOKEN_ALG_NOT_ALLOWED')
    const first = await sign(rsa.privateObject, { alg: 'RS256', typ: 'at+jwt', kid: rsa.key.kid }, GOOD)
    const both = verifierOf({ keys: [rsaJwk, ecJwk] }, ['RS256', 'PS256', 'ES256'])
    for (const text of [token, first])
      expect(await both.verify(text)).toMatchObject({
        error: { code: 'TOKEN_ALG_NOT_ALLOWED', reason: expect.stringContaining('does not say its alg') },
      })
    expect(await codeOf(token, { keys: [{ ...rsaJwk, alg: 'RS256' }] }, ['RS256', 'PS256'])).toBe(
      'TOKEN_ALG_NOT_ALLOWED',
    )
  })

  test.each([
    'zz',
    '',
    'HS1',
    'ES256K',
    'RS1',
    'toString',
    '__proto__',
    'constructor',
    'none',
    'noNE',
    'None',
    'es256',
    ' ES256',
    'ES256 ',
  ])('the alg %j is refused', async (alg) => {
    const [, payload, signature] = (await goodEs256()).split('.')
    for (const end of [signature, '']) {
      const token = `${encode({ alg, typ: 'at+jwt', kid: ec.key.kid })}.${payload}.${end}`
      expect(await codeOf(token, ec.publicKey, ['ES256', 'EdDSA'])).toBe('TOKEN_ALG_NOT_ALLOWED')
    }
  })

  test.each([undefined, null, 7, ['ES256'], { toString: 'ES256' }])(
    'an alg that is %j is malformed',
    async (alg) => {
      const token = `${encode({ alg, typ: 'at+jwt' })}.${encode(GOOD)}.AAAA`
      expect(await codeOf(token, ec.publicKey, ['ES256'])).toBe('TOKEN_MALFORMED')
    },
  )

  test('a key is for one algorithm, whatever else the list allows', async () => {
    const token = await sign(rsa.privateObject, { alg: 'PS256', typ: 'at+jwt', kid: rsa.key.kid }, GOOD)
    expect(await codeOf(token, [rsa.publicKey, ec.publicKey], ['RS256', 'PS256', 'ES256'])).toBe(
      'TOKEN_ALG_NOT_ALLOWED',
    )
  })
})

describe('CVE-2018-0114: key material in the header', () => {
  test.each(['jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256'])(
    '%s is never used, nor fetched',
    async (member) => {
      const fetch = vi.fn()
      vi.stubGlobal('fetch', fetch)
      const jwk = await exportJWK(attacker.publicObject)
      const value = {
        jwk,
        jku: 'https://attacker.example/jwks.json',
        x5u: 'https://attacker.example/cert.pem',
        x5c: [attacker.publicObject.export({ type: 'spki', format: 'der' }).toString('base64')],
      }[member]
      for (const kid of [undefined, ec.key.kid, attacker.key.kid]) {
        const header = { alg: 'ES256', typ: 'at+jwt', kid, [member]: value ?? 'AAAA' }
        const token = await sign(attacker.privateObject, header, GOOD)
        expect(await codeOf(token, ec.publicKey, ['ES256'])).toMatch(/TOKEN_(BAD_SIGNATURE|UNKNOWN_KEY)/)
      }
      expect(await codeOf(await goodEs256({ [member]: value ?? 'AAAA' }), ec.publicKey, ['ES256'])).toBe('ok')
      expect(fetch).not.toHaveBeenCalled()
    },
  )
})

describe('CVE-2022-23539, CVE-2022-23540, CVE-2022-23541: keys that are missing or weak', () => {
  test.each([undefined, null, '', false, 0, {}, [], [undefined]])(
    'keys of %j are refused at construction',
    (keys) => {
      expect(() => verifierOf(keys as never, ['ES256'])).toThrow('keys must be')
      expect(() => createTokenService({ issuer: ISSUER, audience: AUDIENCE, keys: keys as never })).toThrow(
        'keys must be',
      )
    },
  )

  test.each([undefined, null, '', new Uint8Array()])('a secret of %j is none', (secret) => {
    expect(() => hmacKey(secret as never)).toThrow('hmacKey: secret must be')
  })

  test('a token without a signature is never good', async () => {
    for (const alg of ['none', 'ES256']) {
      const token = `${encode({ alg, typ: 'at+jwt' })}.${encode(GOOD)}.`
      expect(await codeOf(token, ec.publicKey, ['ES256'])).not.toBe('ok')
    }
  })

  test('RSA below 2,048 bits and other kinds of keys are refused', () => {
    const pem = (pair: { publicKey: { export(o: object): unknown } }) =>
      pair.publicKey.export({ type: 'spki', format: 'pem' }) as string
    const weak = pem(generateKeyPairSync('rsa', { modulusLength: 1024 }))
    expect(() => pemKey(weak, { algorithm: 'RS256' })).toThrow('its modulus has less than 2048 bits')
    expect(() => pemKey(pem(generateKeyPairSync('ec', { namedCurve: 'P-384' })))).toThrow(
      'its curve is not P-256',
    )
    expect(() => pemKey(pem(generateKeyPairSync('ed448')))).toThrow('its curve is not Ed25519')
    expect(() => pemKey(pem(generateKeyPairSync('x25519')))).toThrow('its curve is not Ed25519')
    expect(() => pemKey(pem(generateKeyPairSync('rsa-pss', { modulusLength: 2048 })))).toThrow('pem must be')
    expect(() => pemKey(rsa.publicPem)).toThrow('algorithm must be RS256 or PS256 for this key')
    expect(() => pemKey(ec.publicPem, { algorithm: 'EdDSA' })).toThrow('algorithm must be ES256 for this key')
  })
})

test('CVE-2022-21449: a signature of zeros is no signature', async () => {
  const [header, payload] = (await goodEs256()).split('.')
  for (const byte of [0, 255]) {
    const signature = Buffer.alloc(64, byte).toString('base64url')
    expect(await codeOf(`${header}.${payload}.${signature}`, ec.publicKey, ['ES256'])).toBe(
      'TOKEN_BAD_SIGNATURE',
    )
  }
})

describe('CVE-2022-36083, CVE-2024-28176: a token that costs much', () => {
  test('an encrypted token is refused before any key is derived or anything is inflated', async () => {
    const bomb = deflateRawSync(Buffer.alloc(1_000_000)).toString('base64url')
    const pbes2 = { alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1_000_000_000, p2s: 'AAAA' }
    const dir = { alg: 'dir', enc: 'A128GCM', zip: 'DEF' }
    for (const header of [pbes2, dir]) {
      const token = `${encode(header)}.AAAA.AAAA.${bomb}.AAAA`
      expect(await codeOf(token, ec.publicKey, ['ES256'])).toBe('TOKEN_MALFORMED')
    }
  })

  test('a compressed payload, critical extensions and a payload that is not encoded are refused', async () => {
    for (const header of [
      { zip: 'DEF' },
      { crit: ['b64'], b64: true },
      { crit: ['exp'], exp: 1 },
      { crit: [] },
      { b64: false },
      { b64: 'false' },
    ]) {
      const [, payload, signature] = (await goodEs256()).split('.')
      const text = encode({ alg: 'ES256', typ: 'at+jwt', kid: ec.key.kid, ...header })
      const input = `${text}.${payload}`
      const good = rawSign('sha256', Buffer.from(input), { key: ec.privateObject, dsaEncoding: 'ieee-p1363' })
      expect(await codeOf(`${input}.${good.toString('base64url')}`, ec.publicKey, ['ES256'])).toBe(
        'TOKEN_MALFORMED',
      )
      expect(signature).toBeDefined()
    }
  })

  test('what is longer than 8 KiB is not read', async () => {
    const header = { alg: 'ES256', typ: 'at+jwt', kid: ec.key.kid }
    const fill = (length: number) => sign(ec.privateObject, header, { ...GOOD, fill: 'x'.repeat(length) })
    let length = 5_500
    while ((await fill(length + 3)).length <= 8_192) length += 3
    expect(await codeOf(await fill(length), ec.publicKey, ['ES256'])).toBe('ok')
    expect(await codeOf(await fill(length + 3), ec.publicKey, ['ES256'])).toBe('TOKEN_MALFORMED')
    expect(await codeOf('a'.repeat(100_000_000), ec.publicKey, ['ES256'])).toBe('TOKEN_MALFORMED')
  })
})

describe('CVE-2025-45767: a secret that is too short', () => {
  test.each([
    ['HS256', 31, 32],
    ['HS384', 47, 48],
    ['HS512', 63, 64],
  ] as const)('%s wants more than %s bytes', (algorithm, short, enough) => {
    expect(() => hmacKey('x'.repeat(short), { algorithm })).toThrow(
      `secret must be at least ${enough} bytes for ${algorithm}, received ${short}.`,
    )
    expect(hmacKey('x'.repeat(enough), { algorithm }).algorithm).toBe(algorithm)
    expect(hmacKey(new Uint8Array(enough).fill(7), { algorithm }).algorithm).toBe(algorithm)
  })

  test('counts bytes, not characters', () => {
    expect(hmacKey('ü'.repeat(16)).algorithm).toBe('HS256')
  })
})

test('CVE-2026-35039: two tokens of one issuer, audience and subject give each its own claims', async () => {
  const verifier = verifierOf(ec.publicKey, ['ES256'])
  const header = { alg: 'ES256', typ: 'at+jwt', kid: ec.key.kid }
  const tokens = await Promise.all(
    ['a', 'b', 'c'].map((jti) => sign(ec.privateObject, header, { ...GOOD, jti })),
  )
  for (let round = 0; round < 3; round++) {
    const results = await Promise.all(tokens.map((token) => verifier.verify(token)))
    expect(results.map((result) => result.ok && result.value.jti)).toEqual(['a', 'b', 'c'])
  }
})

describe('GHSA-xmf8-cvqr-rfgj, GHSA-8fpg-xm3f-6cx3: nonsense that throws, faults that let in', () => {
  test.each([
    undefined,
    null,
    7,
    {},
    [],
    ['a.b.c'],
    Symbol('x'),
    () => 'a.b.c',
    new Uint8Array(3),
    '',
    '.',
    '..',
    '...',
    'Bearer a.b.c',
  ])('a token that is %s is malformed', async (token) => {
    expect(await codeOf(token as never, ec.publicKey, ['ES256'])).toBe('TOKEN_MALFORMED')
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
  ])('a source of keys that %s lets nobody in', async (_, ask) => {
    const result = await verifierOf({ current: ask, refresh: ask }, ['ES256']).verify(await goodEs256())
    expect(result).toMatchObject({ ok: false, error: { code: 'KEYS_UNAVAILABLE', kind: 'unauthenticated' } })
  })

  test.each([
    ['rejects', () => Promise.reject(new Error('down'))],
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['gives nothing', async () => undefined],
    ['gives no epoch', async () => ({ revoked: false })],
    ['gives no verdict', async () => ({ epoch: 0 })],
    ['gives an epoch that is no number', async () => ({ revoked: false, epoch: Number.NaN })],
  ])('a store of revocations that %s lets nobody in', async (_, find) => {
    const verifier = createVerifier({
      issuer: ISSUER,
      audience: AUDIENCE,
      algorithms: ['ES256'],
      keys: ec.publicKey,
      clock: new TestClock(),
      revocations: { ...memoryRevocationStore(), find: find as never },
    })
    for (let round = 0; round < 2; round++) expect((await verifier.verify(await goodEs256())).ok).toBe(false)
  })
})

describe('a second text for the same token, which jose takes', () => {
  const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

  test.each<[string, (token: string) => string]>([
    ['a line break behind it', (token) => `${token}\n`],
    ['a space before it', (token) => ` ${token}`],
    ['padding behind it', (token) => `${token}==`],
    ['padding in the payload', (token) => token.replace(/\.([^.]*)\./, '.$1=.')],
    ['a line break within', (token) => `${token.slice(0, 20)}\n${token.slice(20)}`],
    ['+ and / for - and _', (token) => `${token.slice(0, -3)}+/${token.slice(-1)}`],
    ['a fourth part', (token) => `${token}.`],
    ['a zero byte behind it', (token) => `${token}\0`],
    ['letters of another script', (token) => token.replace('e', 'е')],
  ])('is refused: %s', async (_, change) => {
    expect(await codeOf(change(await goodEs256()), ec.publicKey, ['ES256'])).toBe('TOKEN_MALFORMED')
  })

  test('is refused: bits at the end that decode to nothing', async () => {
    const token = await goodEs256()
    const last = LETTERS.indexOf(token.at(-1) as string)
    for (const bits of [1, 2, 3]) {
      const changed = token.slice(0, -1) + LETTERS.charAt(last ^ bits)
      expect(Buffer.from(changed.split('.')[2] as string, 'base64url')).toEqual(
        Buffer.from(token.split('.')[2] as string, 'base64url'),
      )
      expect(await codeOf(changed, ec.publicKey, ['ES256'])).toBe('TOKEN_MALFORMED')
    }
  })

  test('is refused: the JSON form', async () => {
    const [protectedHeader, payload, signature] = (await goodEs256()).split('.')
    const json = JSON.stringify({ protected: protectedHeader, payload, signature })
    expect(await codeOf(json, ec.publicKey, ['ES256'])).toBe('TOKEN_MALFORMED')
  })

  test('a name that stands there twice is refused, in the header and in the claims, at any depth', async () => {
    const twice = [
      JSON.stringify(GOOD).replace('{', '{"sub":"admin",'),
      JSON.stringify({ ...GOOD, cnf: {} }).replace('"cnf":{}', '"cnf":{"jkt":"a","jkt":"b"}'),
      JSON.stringify(GOOD).replace('{', '{"\\u0073ub":"admin",'),
      JSON.stringify(GOOD).replace('{', '{"list":[{"a":1,"a":2}],'),
    ]
    for (const payload of twice) {
      const token = await sign(ec.privateObject, { alg: 'ES256', typ: 'at+jwt', kid: ec.key.kid }, payload)
      expect(await codeOf(token, ec.publicKey, ['ES256'])).toBe('TOKEN_MALFORMED')
    }
    const header = encode(`{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"${ec.key.kid}"}`)
    expect(await codeOf(`${header}.${encode(GOOD)}.AAAA`, ec.publicKey, ['ES256'])).toBe('TOKEN_MALFORMED')
  })

  test('what only looks like a name is none', async () => {
    const claims = { ...GOOD, a: '"a":', b: '\\":"', c: '\\', d: ['":', '"'], e: '{"sub":"x"}' }
    const token = await sign(ec.privateObject, { alg: 'ES256', typ: 'at+jwt', kid: ec.key.kid }, claims)
    expect(await codeOf(token, ec.publicKey, ['ES256'])).toBe('ok')
    const spaced = JSON.stringify(claims, null, 2).replaceAll('": ', '" \n\t:')
    const other = await sign(ec.privateObject, { alg: 'ES256', typ: 'at+jwt', kid: ec.key.kid }, spaced)
    expect(await codeOf(other, ec.publicKey, ['ES256'])).toBe('ok')
  })
})

test('malleable ES256 signatures (r, n − s): both texts verify, and one revocation ends both', async () => {
  const clock = new TestClock()
  const tokens = createTokenService({ issuer: ISSUER, audience: AUDIENCE, keys: ec.key, clock })
  const { token, claims } = await tokens.issueAccess({ sub: 'user-1', clientId: 'web' })
  const twin = otherS(token)
  expect(twin).not.toBe(token)
  expect((await tokens.verifyAccess(token)).ok).toBe(true)
  expect((await tokens.verifyAccess(twin)).ok).toBe(true)

  await tokens.revoke(claims)
  for (const text of [token, twin]) {
    expect(await tokens.verifyAccess(text)).toMatchObject({ error: { code: 'TOKEN_REVOKED' } })
  }
})

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

function otherS(token: string): string {
  const [header, payload, signature] = token.split('.')
  const bytes = Buffer.from(signature as string, 'base64url')
  const s = ORDER - BigInt(`0x${bytes.subarray(32).toString('hex')}`)
  const twin = Buffer.concat([bytes.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')])
  return `${header}.${payload}.${twin.toString('base64url')}`
}

describe('a kid that is meant for something else', () => {
  test.each([
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '../../../dev/null',
    "' OR 1=1 --",
    '*',
    '0',
    ' ',
  ])('is only looked up: %s', async (kid) => {
    const token = await sign(attacker.privateObject, { alg: 'ES256', typ: 'at+jwt', kid }, GOOD)
    expect(await codeOf(token, ec.publicKey, ['ES256'])).toBe('TOKEN_UNKNOWN_KEY')
    expect(await codeOf(token, { keys: [ecJwk] }, ['ES256'])).toBe('TOKEN_UNKNOWN_KEY')
  })

  test.each(['', 'x'.repeat(129), 'a\nb', 'ü', '\0', 7, null, ['a'], {}])('is malformed: %j', async (kid) => {
    const token = `${encode({ alg: 'ES256', typ: 'at+jwt', kid })}.${encode(GOOD)}.AAAA`
    expect(await codeOf(token, ec.publicKey, ['ES256'])).toBe('TOKEN_MALFORMED')
  })

  test('that is "__proto__" finds the key of that name', async () => {
    const named = pemKey(ec.publicPem, { kid: '__proto__' })
    const token = await goodEs256({ kid: '__proto__' })
    expect(await codeOf(token, named, ['ES256'])).toBe('ok')
  })

  test('that two keys have finds none of them: keys are not tried in turn', async () => {
    const keys = { keys: [ecJwk, { ...(await exportJWK(attacker.publicObject)), kid: ec.key.kid }] }
    expect(await codeOf(await goodEs256(), keys, ['ES256'])).toBe('TOKEN_UNKNOWN_KEY')
  })

  test('that is missing finds no key among several', async () => {
    const token = await goodEs256({ kid: undefined })
    expect(await codeOf(token, ec.publicKey, ['ES256'])).toBe('ok')
    expect(await codeOf(token, [ec.publicKey, attacker.publicKey], ['ES256'])).toBe('TOKEN_UNKNOWN_KEY')
    expect(await codeOf(token, [ec.publicKey, rsa.publicKey], ['ES256', 'RS256'])).toBe('ok')
  })
})

test('node-jsonwebtoken#966: a key is imported once, not for each token', async () => {
  const importKey = vi.spyOn(crypto.subtle, 'importKey')
  const key = hmacKey('a secret of thirty-two bytes, at least')
  const token = mac('HS256', 'sha256', 'a secret of thirty-two bytes, at least', { kid: key.kid })
  const verifier = createVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ['HS256'],
    keys: key,
    cacheSize: 0,
    clock: new TestClock(),
  })
  for (let i = 0; i < 5; i++) expect((await verifier.verify(token)).ok).toBe(true)
  expect(importKey).toHaveBeenCalledTimes(1)
  importKey.mockRestore()
})

test('openid-client#454, #126, #113, #10: an issuer whose clock is ahead by less than the skew', async () => {
  const ahead = new TestClock({ now: new TestClock().now() + 29_000 })
  const tokens = createTokenService({ issuer: ISSUER, audience: AUDIENCE, keys: ec.key, clock: ahead })
  const { token } = await tokens.issueAccess({ sub: 'user-1', clientId: 'web' })
  const verifier = createVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ['ES256'],
    keys: ec.publicKey,
    maxTokenAge: '1h',
    clock: new TestClock(),
  })
  expect((await verifier.verify(token)).ok).toBe(true)
})

test('next-auth#4373: an issuer that is 50 s ahead, where that much is allowed', async () => {
  const ahead = new TestClock({ now: new TestClock().now() + 50_000 })
  const common = { issuer: ISSUER, audience: AUDIENCE, clock: new TestClock() }
  const tokens = createTokenService({ ...common, keys: ec.key, clock: ahead })
  const { token } = await tokens.issueAccess({ sub: 'user-1', clientId: 'web' })
  const codeWith = async (clockSkew: string) => {
    const options = {
      ...common,
      algorithms: ['ES256'],
      keys: ec.publicKey,
      maxTokenAge: '1h',
      clockSkew,
    } as const
    const result = await createVerifier(options as Parameters<typeof createVerifier>[0]).verify(token)
    return result.ok ? 'ok' : result.error.code
  }
  expect([await codeWith('49s'), await codeWith('50s')]).toEqual(['TOKEN_NOT_YET_VALID', 'ok'])
})

test('theopenlane/core#2651: the name of a key follows from the key', async () => {
  expect(pemKey(ec.privatePem).kid).toBe(pemKey(ec.publicPem).kid)
  const { body } = await createKeyRing().jwks()
  for (const { kid, ...jwk } of body.keys) {
    const { thumbprint } = await import('./index.js')
    expect(await thumbprint(jwk)).toBe(kid)
  }
})

test('a DPoP proof that carries its own private key can be told by its header', async () => {
  const jwk = (await exportJWK(attacker.privateObject)) as JsonWebKey
  const proof = await sign(attacker.privateObject, { alg: 'ES256', typ: 'dpop+jwt', jwk }, {})
  const result = await verifyJws(proof, { keys: { keys: [jwk] }, algorithms: ['ES256'] })
  expect(result.ok && result.value.header['jwk']).toHaveProperty('d')
})
