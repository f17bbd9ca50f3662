import { CompactSign, importJWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { hasVectors, maySkip, readVectors } from '../fixtures/vectors.js'
import { type AlgorithmName, hmacKey, type JsonWebKey, thumbprint, verifyJws } from '../index.js'

interface Example {
  readonly title: string
  readonly reproducible?: boolean
  readonly input: { readonly payload: string; readonly key: JsonWebKey; readonly alg: string }
  readonly signing: {
    readonly protected: Record<string, unknown>
    readonly protected_b64u: string
    readonly sig: string
  }
  readonly output: { readonly compact?: string }
}

const there = hasVectors('jose-cookbook')
const read = (file: string) => readVectors<Example>('jose-cookbook', file) as Example

const publicOf = ({ kid, kty, crv, x, y, n, e }: JsonWebKey): JsonWebKey =>
  JSON.parse(JSON.stringify({ kid, kty, crv, x, y, n, e })) as JsonWebKey

async function verify(compact: string, { key, alg }: Example['input']) {
  const keys =
    key.kty === 'oct'
      ? hmacKey(Buffer.from(key.k as string, 'base64url'), { kid: key.kid as string })
      : { keys: [publicOf(key)] }
  return verifyJws(compact, { keys, algorithms: [alg as AlgorithmName] })
}

describe('the JOSE cookbook', () => {
  test.skipIf(!there && maySkip)('is there', () => {
    expect(read('jws/4_1.rsa_v15_signature.json').title).toBe('RSA v1.5 Signature')
  })

  test
    .runIf(there)
    .for([
      'jws/4_1.rsa_v15_signature.json',
      'jws/4_4.hmac-sha2_integrity_protection.json',
      'curve25519/jws.json',
    ])('%s verifies, and what is signed anew is the same', async (file) => {
    const { input, signing, output } = read(file)
    const result = await verify(output.compact as string, input)
    expect(result.ok && new TextDecoder().decode(result.value.payload)).toBe(input.payload)
    expect(result.ok && result.value.header).toEqual(signing.protected)
    const key = await importJWK(input.key as object, input.alg)
    const anew = await new CompactSign(new TextEncoder().encode(input.payload))
      .setProtectedHeader(JSON.parse(Buffer.from(signing.protected_b64u, 'base64url').toString()))
      .sign(key)
    expect(anew).toBe(output.compact)
  })

  test.runIf(there)('4.5: a detached payload is refused, and taken when it is put back', async () => {
    const { input, signing, output } = read('jws/4_5.signature_with_detached_content.json')
    const payload = Buffer.from(input.payload).toString('base64url')
    expect((await verify(output.compact as string, input)).ok).toBe(false)
    expect((await verify(`${signing.protected_b64u}.${payload}.${signing.sig}`, input)).ok).toBe(true)
  })

  test.runIf(there).for(['jws/4_2.rsa-pss_signature.json', 'jws/4_3.ecdsa_signature.json'])(
    '%s has an algorithm that is not offered',
    async (file) => {
      const { input, output } = read(file)
      await expect(verify(output.compact as string, input)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
      const keys = { keys: [publicOf(input.key)] }
      expect(
        await verifyJws(output.compact as string, { keys, algorithms: ['PS256', 'ES256'] }),
      ).toMatchObject({
        error: { code: 'TOKEN_ALG_NOT_ALLOWED' },
      })
    },
  )

  test.runIf(there).for(['rfc7797/4.2.hmac-sha2_b64_false.json', 'rfc7797/hmac-sha2_b64_false.json'])(
    '%s: a payload that is not encoded is refused',
    async (file) => {
      const { input, signing } = read(file)
      const secret = Buffer.from(input.key.k as string, 'base64url')
      for (const payload of ['', Buffer.from(input.payload).toString('base64url')]) {
        const result = await verifyJws(`${signing.protected_b64u}.${payload}.${signing.sig}`, {
          keys: hmacKey(secret),
          algorithms: ['HS256'],
        })
        expect(result.ok).toBe(false)
      }
    },
  )

  test.runIf(there)('3.1 to 3.4: a key has one thumbprint, with its private part and without', async () => {
    for (const file of [
      '3_1.ec_public_key',
      '3_2.ec_private_key',
      '3_3.rsa_public_key',
      '3_4.rsa_private_key',
    ]) {
      const key = readVectors<JsonWebKey>('jose-cookbook', `jwk/${file}.json`) as JsonWebKey
      expect(await thumbprint(key)).toBe(await thumbprint(publicOf(key)))
    }
  })
})
