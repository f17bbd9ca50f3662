import { createHash } from 'node:crypto'
import { TestClock } from '@base/core/testing'
import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { AuthError, memoryReplayStore, type VerifyDpopOptions, verifyDpop } from '../index.js'

const URL = 'https://api.example/orders'
const ACCESS_TOKEN = 'an.access.token'
const NOW = Date.UTC(2025, 0, 1)
const never = (value: unknown): never => value as never

let privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey']
let jwk: JWK
let jkt: string

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true })
  privateKey = pair.privateKey
  jwk = await exportJWK(pair.publicKey)
  jkt = await calculateJwkThumbprint(jwk)
})

interface Changes {
  readonly header?: object
  readonly claims?: object
  readonly key?: typeof privateKey | Uint8Array
}

/** A proof, good but for what is changed. */
async function proofOf({ header = {}, claims = {}, key = privateKey }: Changes = {}): Promise<string> {
  const payload = { jti: 'jti-1', htm: 'POST', htu: URL, iat: NOW / 1_000, ...claims }
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...header } as never)
    .sign(key)
}

async function verify(proof: unknown, options: Partial<VerifyDpopOptions> = {}) {
  const clock = new TestClock({ now: NOW })
  return verifyDpop(never(proof), {
    method: 'POST',
    url: URL,
    replays: memoryReplayStore(),
    clock,
    ...options,
  })
}

/** The code that a proof is refused with. */
async function refusal(proof: unknown, options: Partial<VerifyDpopOptions> = {}): Promise<string> {
  const result = await verify(proof, options)
  if (result.ok) return 'good'
  expect(result.error).toBeInstanceOf(AuthError)
  expect(result.error).toMatchObject({ kind: 'unauthenticated', message: 'The token is not valid.' })
  return result.error.code
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64url')

describe('verifyDpop', () => {
  test('accepts the proof of RFC 9449, section 7.1', async () => {
    const proof =
      'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA'
    const bound = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'
    const result = await verify(proof, {
      method: 'GET',
      url: 'https://resource.example.org/protectedresource',
      accessToken: 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU',
      jkt: bound,
      clock: new TestClock({ now: 1_562_262_618_000 }),
    })
    expect(result).toEqual({ ok: true, value: { jkt: bound, jti: 'e1j3V_bKic8-LAEB', iat: 1_562_262_618 } })
  })

  test('judges by what it was asked with, whoever changes that afterwards', async () => {
    const target = new globalThis.URL('https://other.example/orders')
    const elsewhere = verify(await proofOf(), { url: target })
    target.hostname = 'api.example'
    expect(await elsewhere).toMatchObject({ ok: false, error: { code: 'DPOP_INVALID' } })

    const nonces = ['old']
    const stale = verify(await proofOf({ claims: { nonce: 'new' } }), { nonces })
    nonces[0] = 'new'
    expect(await stale).toMatchObject({ ok: false, error: { code: 'DPOP_NONCE_REQUIRED' } })
  })

  test('gives the thumbprint of the key that was proved', async () => {
    expect(await verify(await proofOf())).toEqual({
      ok: true,
      value: { jkt, jti: 'jti-1', iat: NOW / 1_000 },
    })
  })

  test.each(['EdDSA', 'PS256', 'RS256'])('accepts %s', async (alg) => {
    const { privateKey: key, publicKey } = await generateKeyPair(alg, { extractable: true })
    const header = { alg, jwk: await exportJWK(publicKey) }
    expect(await refusal(await proofOf({ header, key }))).toBe('good')
  })

  test.each(['DPoP+JWT', 'application/dpop+jwt'])('takes %s for the same type', async (typ) => {
    expect(await refusal(await proofOf({ header: { typ } }))).toBe('good')
  })

  test('finds the key also where the header names it', async () => {
    expect(await refusal(await proofOf({ header: { kid: 'mine' } }))).toBe('good')
    expect(await refusal(await proofOf({ header: { jwk: { ...jwk, kid: 'other' } } }))).toBe('good')
  })

  describe('refuses, of the twelve checks of section 4.3:', () => {
    test.each([undefined, null, '', 'x', 'a.b', 'a.b.c', {}, ['a'], 'x'.repeat(100_000)])(
      '1, 2: what is no single JWT, %j',
      async (proof) => {
        expect(await refusal(proof)).toBe('DPOP_INVALID')
      },
    )

    test('1: two headers, which arrive as one with a comma', async () => {
      const proof = await proofOf()
      const headers = new Headers()
      headers.append('DPoP', proof)
      headers.append('DPoP', proof)
      expect(await refusal(headers.get('dpop'))).toBe('DPOP_INVALID')
      expect(await refusal([proof])).toBe('DPOP_INVALID')
    })

    test.each([`=`, '\n', ' ', '.'])('2: a second form of the same proof, with %j', async (more) => {
      expect(await refusal((await proofOf()) + more)).toBe('DPOP_INVALID')
      expect(await refusal(more + (await proofOf()))).toBe('DPOP_INVALID')
    })

    test.each(['jti', 'htm', 'htu', 'iat'])('3: no %s', async (claim) => {
      for (const value of [undefined, null, {}, claim === 'iat' ? '1' : 1])
        expect(await refusal(await proofOf({ claims: { [claim]: value } }))).toBe('DPOP_INVALID')
    })

    test('3: a jti that is empty or too long, which would take room', async () => {
      for (const claims of [{ jti: '' }, { jti: 'x'.repeat(513) }])
        expect(await refusal(await proofOf({ claims }))).toBe('DPOP_INVALID')
    })

    test.each(['JWT', 'at+jwt', 'dpop', undefined])('4: the type %s', async (typ) => {
      expect(await refusal(await proofOf({ header: { typ } }))).toBe('DPOP_INVALID')
    })

    test('5: a shared secret, an algorithm that is unknown, and none', async () => {
      const key = new TextEncoder().encode('k'.repeat(32))
      const oct = { kty: 'oct', k: Buffer.from(key).toString('base64url') }
      expect(await refusal(await proofOf({ header: { alg: 'HS256', jwk: oct }, key }))).toBe('DPOP_INVALID')
      expect(await refusal(await proofOf({ header: { alg: 'HS256' }, key }))).toBe('DPOP_INVALID')
      const [, payload, signature] = (await proofOf()).split('.')
      for (const alg of ['none', 'noNE', 'ES384', 'zz']) {
        const header = Buffer.from(JSON.stringify({ typ: 'dpop+jwt', alg, jwk })).toString('base64url')
        for (const end of [signature, ''])
          expect(await refusal(`${header}.${payload}.${end}`)).toBe('DPOP_INVALID')
      }
    })

    test('5: an algorithm that is not in the list', async () => {
      expect(await refusal(await proofOf(), { algorithms: ['EdDSA'] })).toBe('DPOP_INVALID')
    })

    test('6: a signature of another key, a signature of zeros, and a payload that was changed', async () => {
      const other = await generateKeyPair('ES256')
      expect(await refusal(await proofOf({ key: other.privateKey }))).toBe('DPOP_INVALID')
      const [header, payload] = (await proofOf()).split('.')
      expect(await refusal(`${header}.${payload}.${'A'.repeat(86)}`)).toBe('DPOP_INVALID')
      const [, changed] = (await proofOf({ claims: { jti: 'jti-2' } })).split('.')
      const [, , signature] = (await proofOf()).split('.')
      expect(await refusal(`${header}.${changed}.${signature}`)).toBe('DPOP_INVALID')
    })

    test('7: a key that comes with its private part', async () => {
      const own = await exportJWK(privateKey)
      expect(own.d).toBeDefined()
      expect(await refusal(await proofOf({ header: { jwk: own } }))).toBe('DPOP_INVALID')
    })

    test.each([undefined, null, 'key', [], {}, { kty: 'EC' }, { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }])(
      '7: no usable key, %j',
      async (broken) => {
        expect(await refusal(await proofOf({ header: { jwk: broken } }))).toBe('DPOP_INVALID')
      },
    )

    test('7: a key that is only referred to is not fetched', async () => {
      const header = {
        jwk: undefined,
        jku: 'https://evil.example/jwks',
        x5u: 'https://evil.example/x',
        kid: 'k',
      }
      expect(await refusal(await proofOf({ header }))).toBe('DPOP_INVALID')
    })

    test.each(['GET', 'post', ''])('8: the method %j', async (htm) => {
      expect(await refusal(await proofOf({ claims: { htm } }))).toBe('DPOP_INVALID')
    })

    test.each([
      'https://api.example/orders/',
      'https://api.example/order',
      'https://api.example/Orders',
      'http://api.example/orders',
      'https://api.example:444/orders',
      'https://api.example.evil/orders',
      'https://user@api.example/orders',
      'https://api.example/orders%2F',
      'https://api.example/%256Frders',
      '/orders',
      'orders',
    ])('9: the URL %s', async (htu) => {
      expect(await refusal(await proofOf({ claims: { htu } }))).toBe('DPOP_INVALID')
    })

    test.each([
      'https://API.EXAMPLE/orders',
      'https://api.example:443/orders?a=b#c',
      'https://api.example/x/../orders',
      'https://api.example/%6Frde%72s',
    ])('9: but not the same URL written as %s', async (htu) => {
      expect(await refusal(await proofOf({ claims: { htu } }))).toBe('good')
      expect(await refusal(await proofOf(), { url: htu })).toBe('good')
      expect(await refusal(await proofOf(), { url: new globalThis.URL(htu) })).toBe('good')
    })

    test('9: but not the same octets with digits of the other case, which stay encoded', async () => {
      const request = { url: 'https://api.example/a%2Fb%c3%A9' }
      expect(
        await refusal(await proofOf({ claims: { htu: 'https://api.example/a%2fb%C3%a9' } }), request),
      ).toBe('good')
      expect(await refusal(await proofOf({ claims: { htu: 'https://api.example/a/bé' } }), request)).toBe(
        'DPOP_INVALID',
      )
    })

    test('10: no nonce, or one that is not taken any more, and asks for one', async () => {
      const nonces = ['new', 'old']
      for (const nonce of [undefined, 'older', ''])
        expect(await refusal(await proofOf({ claims: { nonce } }), { nonces })).toBe('DPOP_NONCE_REQUIRED')
      for (const nonce of nonces)
        expect(await refusal(await proofOf({ claims: { nonce } }), { nonces })).toBe('good')
      expect(await refusal(await proofOf({ claims: { nonce: 7 } }), { nonces })).toBe('DPOP_INVALID')
    })

    test.each([
      [-300, 'good'],
      [-301, 'DPOP_INVALID'],
      [300, 'good'],
      [301, 'DPOP_INVALID'],
    ])('11: made %d s from now: %s', async (seconds, expected) => {
      expect(await refusal(await proofOf({ claims: { iat: NOW / 1_000 + seconds } }))).toBe(expected)
    })

    test('11: by the window that was given', async () => {
      expect(await refusal(await proofOf({ claims: { iat: NOW / 1_000 - 11 } }), { window: '10s' })).toBe(
        'DPOP_INVALID',
      )
    })

    test('12: another access token, and none', async () => {
      const options = { accessToken: ACCESS_TOKEN, jkt }
      expect(await refusal(await proofOf({ claims: { ath: hash(ACCESS_TOKEN) } }), options)).toBe('good')
      for (const ath of [undefined, hash('another'), ACCESS_TOKEN, '', 7])
        expect(await refusal(await proofOf({ claims: { ath } }), options)).toBe('DPOP_INVALID')
    })

    test('12: a token that is bound to another key, or to none', async () => {
      const proof = await proofOf({ claims: { ath: hash(ACCESS_TOKEN) } })
      for (const bound of [undefined, 'x'.repeat(43)])
        expect(await refusal(proof, { accessToken: ACCESS_TOKEN, jkt: bound })).toBe('DPOP_INVALID')
      expect(await refusal(await proofOf(), { jkt: 'x'.repeat(43) })).toBe('DPOP_INVALID')
    })
  })

  describe('given a proof that comes again', () => {
    test('refuses it, whatever else is changed about the request', async () => {
      const replays = memoryReplayStore()
      const proof = await proofOf()
      expect(await refusal(proof, { replays })).toBe('good')
      expect(await refusal(proof, { replays })).toBe('DPOP_REPLAYED')
    })

    test('of 50 at once takes one', async () => {
      const replays = memoryReplayStore()
      const proof = await proofOf()
      const all = await Promise.all(Array.from({ length: 50 }, () => refusal(proof, { replays })))
      expect(all.filter((code) => code === 'good')).toHaveLength(1)
    })

    test('remembers it for as long as anyone would take it, also one of the future', async () => {
      const clock = new TestClock({ now: NOW })
      const replays = memoryReplayStore({ clock })
      const proof = await proofOf({ claims: { iat: NOW / 1_000 + 300 } })
      expect(await refusal(proof, { replays, clock })).toBe('good')
      await clock.advance('10m')
      expect(await refusal(proof, { replays, clock })).toBe('DPOP_REPLAYED')
      await clock.advance(1_000)
      expect(await refusal(proof, { replays, clock })).toBe('DPOP_INVALID')
    })

    test('one of another key with the same jti is another one', async () => {
      const replays = memoryReplayStore()
      const pair = await generateKeyPair('ES256', { extractable: true })
      const header = { jwk: await exportJWK(pair.publicKey) }
      expect(await refusal(await proofOf(), { replays })).toBe('good')
      expect(await refusal(await proofOf({ header, key: pair.privateKey }), { replays })).toBe('good')
    })

    test('does not ask for what is refused anyway: nobody fills the store, or burns the proof of another', async () => {
      const claimed: string[] = []
      const replays = { claim: async (key: string) => claimed.push(key) > 0 }
      const proof = await proofOf()
      await refusal(proof, { replays, method: 'GET' })
      await refusal(proof, { replays, url: 'https://other.example/' })
      await refusal(proof, { replays, nonces: ['n'] })
      await refusal(proof, { replays, accessToken: ACCESS_TOKEN, jkt })
      await refusal(await proofOf({ claims: { iat: 0 } }), { replays })
      expect(claimed).toEqual([])
      await refusal(proof, { replays })
      expect(claimed).toEqual([hash(`${jkt} jti-1`)])
    })

    test.each([undefined, null, 0, 1, 'OK', 'false', {}])(
      'takes it for one that came before where the store says %j, for only true is first',
      async (answer) => {
        const replays = { claim: async () => never(answer) }
        expect(await refusal(await proofOf(), { replays })).toBe('DPOP_REPLAYED')
      },
    )

    test('a store that fails fails the call', async () => {
      const cause = new Error('down')
      const replays = { claim: () => Promise.reject(cause) }
      await expect(verify(await proofOf(), { replays })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: 'The replay store failed.',
        cause,
      })
    })
  })

  test.each<[string, object]>([
    ['method', { method: '' }],
    ['url', { url: '/orders' }],
    ['url', { url: 'ftp://api.example/' }],
    ['url', { url: undefined }],
    ['replays', { replays: {} }],
    ['nonces', { nonces: 'n' }],
    ['nonces', { nonces: [''] }],
    ['algorithms', { algorithms: [] }],
    ['algorithms', { algorithms: ['HS256'] }],
    ['window', { window: '301s' }],
    ['window', { window: 999 }],
    ['accessToken', { accessToken: null }],
    ['clock', { clock: {} }],
  ])('refuses the option %s: %j', async (option, change) => {
    await expect(verify('', never(change))).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      details: { option },
    })
  })

  test('refuses no options at all', async () => {
    await expect(verifyDpop('', never(undefined))).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })
})
