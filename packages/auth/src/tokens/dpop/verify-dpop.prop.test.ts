import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { CompactSign, exportJWK, generateKeyPair } from 'jose'
import { describe, expect, test } from 'vitest'
import { AuthError, memoryReplayStore, verifyDpop } from '../index.js'

const encode = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '').toString('base64url')
const numRuns = runs({ ci: 2_000, soak: 100_000 })
const url = 'https://api.example/orders'

/** A good proof, and its parts. */
async function goodProof() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: await exportJWK(publicKey) }
  const claims = { jti: 'jti-1', htm: 'POST', htu: url, iat: Math.floor(Date.now() / 1_000) }
  const payload = new TextEncoder().encode(JSON.stringify(claims))
  const proof = await new CompactSign(payload).setProtectedHeader(header).sign(privateKey)
  return { proof, header, claims }
}

const verify = (proof: unknown) =>
  verifyDpop(proof as never, { method: 'POST', url, replays: memoryReplayStore() })

describe('verifyDpop', () => {
  test('answers whatever is sent with a refusal of ours', async () => {
    const { proof, header, claims } = await goodProof()
    const [goodHeader, goodPayload, signature] = proof.split('.') as [string, string, string]
    const member = fc.constantFrom('typ', 'alg', 'jwk', 'kid', 'crit', 'zip', 'b64', '__proto__')
    const headers = fc
      .tuple(member, fc.anything())
      .map(([name, value]) => encode({ ...header, [name]: value }))
    const keys = fc
      .tuple(
        fc.constantFrom('kty', 'crv', 'x', 'y', 'd', 'k', 'n', 'e', 'alg', 'use', 'key_ops'),
        fc.jsonValue(),
      )
      .map(([name, value]) => encode({ ...header, jwk: { ...header.jwk, [name]: value } }))
    const payloads = fc
      .tuple(fc.constantFrom('jti', 'htm', 'htu', 'iat', 'ath'), fc.jsonValue())
      .map(([name, value]) => encode({ ...claims, [name]: value }))
    const text = fc.string({ unit: 'binary', maxLength: 60 })
    const sent = fc.oneof(
      fc
        .tuple(fc.oneof(headers, keys, text), fc.oneof(fc.constant(goodPayload), payloads, text))
        .map(([one, other]) => `${one}.${other}.${signature}`),
      fc.tuple(payloads, text).map(([one, other]) => `${goodHeader}.${one}.${other}`),
      fc.anything(),
    )
    await fc.assert(
      fc.asyncProperty(sent, async (one) => {
        fc.pre(one !== proof)
        const result = await verify(one)
        // A change that says the same, such as another name for a key, may leave the header as it was.
        if (result.ok) expect(one).toBe(proof)
        else expect(result.error).toBeInstanceOf(AuthError)
      }),
      { numRuns },
    )
  })

  test('refuses a proof of which any one bit is changed', async () => {
    const { proof } = await goodProof()
    expect((await verify(proof)).ok).toBe(true)
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: proof.length - 1 }), fc.nat({ max: 7 }), async (index, bit) => {
        const bytes = Buffer.from(proof, 'latin1')
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit)
        expect((await verify(bytes.toString('latin1'))).ok).toBe(false)
      }),
    )
  })
})
