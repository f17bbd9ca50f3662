import { CompactSign, importPKCS8 } from 'jose'
import { describe, expect, test } from 'vitest'
import { hmacKey, pemKey, thumbprint, verifyJws } from '../index.js'

const SECRET = 'a secret of thirty-two bytes, at least'
const key = hmacKey(SECRET)

async function sign(header: Record<string, unknown>, payload = '{"a":1}'): Promise<string> {
  return new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ alg: 'HS256', ...header })
    .sign(new TextEncoder().encode(SECRET))
}

describe('verifyJws', () => {
  test('gives header and payload of a token whose signature is good', async () => {
    const result = await verifyJws(await sign({ kid: key.kid }), { keys: key, algorithms: ['HS256'] })

    expect(result).toMatchObject({ ok: true, value: { header: { alg: 'HS256', kid: key.kid } } })
    expect(result.ok && new TextDecoder().decode(result.value.payload)).toBe('{"a":1}')
  })

  test('takes the only key for the algorithm where the header names none', async () => {
    expect((await verifyJws(await sign({}), { keys: [key], algorithms: ['HS256'] })).ok).toBe(true)
  })

  test('does not look for another key where the header names one', async () => {
    const result = await verifyJws(await sign({ kid: 'other' }), { keys: key, algorithms: ['HS256'] })
    expect(result).toMatchObject({ ok: false, error: { code: 'TOKEN_UNKNOWN_KEY', kind: 'unauthenticated' } })
  })

  test('refuses another signature', async () => {
    const [head, , signature] = (await sign({})).split('.')
    const result = await verifyJws(`${head}.e30.${signature}`, { keys: key, algorithms: ['HS256'] })
    expect(result).toMatchObject({ ok: false, error: { code: 'TOKEN_BAD_SIGNATURE' } })
  })

  test('refuses an algorithm that is not in the list', async () => {
    const result = await verifyJws(await sign({}), { keys: key, algorithms: ['HS512'] })
    expect(result).toMatchObject({ ok: false, error: { code: 'TOKEN_ALG_NOT_ALLOWED' } })
  })

  test('verifies Ed25519 by either of its names', async () => {
    const pem =
      '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n'
    const own = pemKey(pem)
    for (const alg of ['EdDSA', 'Ed25519'] as const) {
      const token = await new CompactSign(new Uint8Array([1]))
        .setProtectedHeader({ alg, kid: own.kid })
        .sign(await importPKCS8(pem, alg))
      expect((await verifyJws(token, { keys: own, algorithms: [alg] })).ok).toBe(true)
    }
  })

  test.each([
    ['none at all', undefined],
    ['an empty list', []],
    ['an unknown one', ['HS1']],
    ['none', ['none']],
    ['another case', ['hs256']],
    ['a secret and a public key', ['HS256', 'ES256']],
  ])('refuses as algorithms: %s', async (_, algorithms) => {
    await expect(verifyJws('', { keys: key, algorithms: algorithms as never })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/^@base\/auth verifyJws: algorithms must be /),
    })
  })

  test.each([undefined, null, 'ES256'])('refuses %j in place of options', async (options) => {
    await expect(verifyJws('', options as never)).rejects.toMatchObject({
      message: expect.stringMatching(/^@base\/auth verifyJws: options must be an object, received /),
    })
  })

  test('refuses what are no keys', async () => {
    await expect(verifyJws('', { keys: {} as never, algorithms: ['HS256'] })).rejects.toMatchObject({
      message: expect.stringMatching(/^@base\/auth verifyJws: keys must be /),
    })
  })
})

test('thumbprint gives that of RFC 8037, appendix A.3', async () => {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }
  expect(await thumbprint(jwk)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
})
