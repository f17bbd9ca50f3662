import type { webcrypto } from 'node:crypto'
import { CompactSign, type CryptoKey, generateKeyPair } from 'jose'
import { describe, expect, test } from 'vitest'
import { type Algorithm, type KeySource, verifyJws } from '../index.js'
import { isSigned } from './signature.js'

const SECRET = new Uint8Array(64).fill(7)
const payload = new TextEncoder().encode('{}')

function secret(hash: string, usages: webcrypto.KeyUsage[] = ['verify']): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', SECRET, { name: 'HMAC', hash }, false, usages)
}

function sign(alg: string, key: CryptoKey | Uint8Array): Promise<string> {
  return new CompactSign(payload).setProtectedHeader({ alg }).sign(key)
}

/** A source that somebody wrote, and that says of a key what it is not. */
function sourceOf(algorithm: Algorithm, key: CryptoKey): KeySource {
  const set = {
    find: () => ({ kid: undefined, algorithms: [algorithm], cryptoKey: () => key }),
    holds: () => true,
  }
  return { current: () => set, refresh: () => set }
}

async function codeWith(algorithm: Algorithm, key: CryptoKey, token: string): Promise<string> {
  const result = await verifyJws(token, { keys: sourceOf(algorithm, key), algorithms: [algorithm] })
  return result.ok ? 'ok' : result.error.code
}

describe('a key of WebCrypto', () => {
  test('that fits verifies', async () => {
    const token = await sign('HS512', SECRET)
    expect(await codeWith('HS512', await secret('SHA-512'), token)).toBe('ok')
  })

  test.each(['SHA-1', 'SHA-256', 'SHA-384'])('with %s does not verify HS512', async (hash) => {
    const key = await crypto.subtle.importKey('raw', SECRET, { name: 'HMAC', hash }, false, [
      'sign',
      'verify',
    ])
    const input = `${Buffer.from('{"alg":"HS512"}').toString('base64url')}.e30`
    const weak = Buffer.from(await crypto.subtle.sign('HMAC', key, Buffer.from(input))).toString('base64url')

    expect(await codeWith('HS512', key, `${input}.${weak}`)).toBe('TOKEN_BAD_SIGNATURE')
    await expect(isSigned(`${input}.${weak}`, 'HS512', key)).rejects.toMatchObject({
      message: 'The key is not for HS512.',
    })
  })

  test('of one RSA form does not verify the other', async () => {
    const { publicKey, privateKey } = await generateKeyPair('PS256')
    expect(await codeWith('PS256', publicKey, await sign('PS256', privateKey))).toBe('ok')
    await expect(isSigned('e30.e30.AA', 'RS256', publicKey)).rejects.toMatchObject({ name: 'TypeError' })
  })

  test('of another curve does not verify ES256', async () => {
    const { publicKey } = await generateKeyPair('ES384')
    await expect(isSigned('e30.e30.AA', 'ES256', publicKey)).rejects.toMatchObject({ name: 'TypeError' })
  })

  test.each([
    ['RS256', 'RSASSA-PKCS1-v1_5', 'SHA-512', 2048],
    ['RS256', 'RSASSA-PKCS1-v1_5', 'SHA-256', 1024],
  ] as const)(
    'for %s of %s with %s and %d bits does not verify',
    async (algorithm, name, hash, modulusLength) => {
      const rsa = { name, hash, modulusLength, publicExponent: new Uint8Array([1, 0, 1]) }
      const { publicKey } = await crypto.subtle.generateKey(rsa, false, ['sign', 'verify'])
      await expect(isSigned('e30.e30.AA', algorithm, publicKey)).rejects.toMatchObject({
        message: 'The key is not for RS256.',
      })
    },
  )

  test('that only signs does not verify', async () => {
    const token = await sign('HS256', SECRET)
    await expect(isSigned(token, 'HS256', await secret('SHA-256', ['sign']))).rejects.toMatchObject({
      message: 'The key is not for HS256.',
    })
  })
})
