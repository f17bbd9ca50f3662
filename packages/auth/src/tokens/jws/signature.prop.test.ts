import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { CompactSign, compactVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import type { Algorithm, TokenKey } from '../index.js'
import { hmacKey, pemKey, verifyJws } from '../index.js'

interface Keys {
  readonly algorithm: Algorithm
  readonly ours: TokenKey
  readonly signing: KeyObject | Uint8Array
  readonly verifying: KeyObject | Uint8Array
}

function secret(algorithm: 'HS256' | 'HS384' | 'HS512'): Keys {
  const bytes = createHash('sha512').update(algorithm).digest()
  return { algorithm, ours: hmacKey(bytes, { algorithm }), signing: bytes, verifying: bytes }
}

function pair(
  algorithm: 'RS256' | 'PS256' | 'ES256' | 'EdDSA',
  { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject },
): Keys {
  const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string
  return { algorithm, ours: pemKey(pem, { algorithm }), signing: privateKey, verifying: publicKey }
}

const all: readonly Keys[] = [
  secret('HS256'),
  secret('HS384'),
  secret('HS512'),
  pair('RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })),
  pair('PS256', generateKeyPairSync('rsa', { modulusLength: 2048 })),
  pair('ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  pair('EdDSA', generateKeyPairSync('ed25519')),
]

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')

async function isTakenByJose(token: string, { verifying, algorithm }: Keys): Promise<boolean> {
  try {
    await compactVerify(token, verifying, { algorithms: [algorithm] })
    return true
  } catch {
    return false
  }
}

/** What an attacker does to the bytes of a signature. */
const damage = fc.oneof(
  fc.constant((signature: Uint8Array) => signature),
  fc.nat().map((at) => (signature: Uint8Array) => {
    const changed = Uint8Array.from(signature)
    changed[at % changed.length] = (changed[at % changed.length] as number) ^ (1 << (at & 7))
    return changed
  }),
  fc.nat().map((at) => (signature: Uint8Array) => signature.slice(0, at % (signature.length + 1))),
  fc.uint8Array({ maxLength: 8 }).map((more) => (signature: Uint8Array) => Buffer.concat([signature, more])),
  fc.constant((signature: Uint8Array) => new Uint8Array(signature.length)),
  fc.constant((signature: Uint8Array) => new Uint8Array(signature.length).fill(0xff)),
)

describe.each(all)('a signature with $algorithm', (keys) => {
  const { algorithm, ours, signing } = keys
  const options = { keys: ours, algorithms: [algorithm] }

  test('is taken exactly where jose takes it, whatever was done to it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        damage,
        fc.boolean(),
        async (payload, hurt, isOther) => {
          const good = await new CompactSign(payload).setProtectedHeader({ alg: algorithm }).sign(signing)
          const [head, body, signature] = good.split('.') as [string, string, string]
          const other = isOther ? text(Buffer.concat([payload, Buffer.from('.')])) : body
          const token = `${head}.${other}.${text(hurt(Buffer.from(signature, 'base64url')))}`

          const result = await verifyJws(token, options)

          expect(result.ok).toBe(await isTakenByJose(token, keys))
          if (result.ok) expect(Buffer.from(result.value.payload).equals(payload)).toBe(true)
          else expect(result.error.code).toBe('TOKEN_BAD_SIGNATURE')
        },
      ),
      { numRuns: runs({ ci: 60, soak: 3_000 }) },
    )
  })
})
