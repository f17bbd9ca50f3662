import { createHmac, hkdfSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hasVectors, maySkip, readVectors } from '../tokens/fixtures/vectors.js'
import { openAesGcm } from './index.js'

interface Vector {
  readonly tcId: number
  readonly result: 'valid' | 'invalid' | 'acceptable'
  readonly [name: string]: unknown
}

interface Suite {
  readonly testGroups: readonly {
    readonly tagSize?: number
    readonly tests: readonly Vector[]
  }[]
}

const there = hasVectors('wycheproof')

function casesOf(file: string): (Vector & { readonly tagSize: number })[] {
  const groups = readVectors<Suite>('wycheproof', `${file}.json`)?.testGroups ?? []
  return groups.flatMap(({ tests, tagSize = 0 }) => tests.map((vector) => ({ ...vector, tagSize })))
}

const bytes = (vector: Vector, name: string) => Buffer.from(String(vector[name]), 'hex')

describe('Wycheproof', () => {
  const gcm = casesOf('aes_gcm_test')
  /** Nonces of 2,056 bits: OpenSSL takes none above 1,024. */
  const LONG_NONCE = 257

  test.skipIf(!there && maySkip)('aes_gcm is there', () => {
    expect(gcm).toHaveLength(316)
    expect(gcm.filter(({ result }) => result === 'invalid')).toHaveLength(87)
  })

  test.runIf(there)('aes_gcm: opens what is valid, and refuses the rest', async () => {
    const differences: number[] = []
    for (const vector of gcm) {
      const message = {
        nonce: bytes(vector, 'iv'),
        ciphertext: bytes(vector, 'ct'),
        tag: bytes(vector, 'tag'),
        aad: bytes(vector, 'aad'),
      }
      const opened = await openAesGcm(bytes(vector, 'key'), message).then(
        (plain) => Buffer.from(plain).toString('hex'),
        (error: { code: string }) => error.code,
      )
      const expected = vector.result === 'valid' ? vector['msg'] : 'FIELD_TAMPERED'
      if (opened !== expected) differences.push(vector.tcId)
      if (opened !== expected) expect(message.nonce).toHaveLength(LONG_NONCE)
    }
    expect(differences).toHaveLength(3)
  })

  test.runIf(there)('aes_gcm: takes no tag of another length', async () => {
    const vector = gcm.find(({ result }) => result === 'valid') as Vector
    const tag = bytes(vector, 'tag')
    for (const length of [0, 4, 8, 12, 13, 14, 15]) {
      const message = {
        nonce: bytes(vector, 'iv'),
        ciphertext: bytes(vector, 'ct'),
        tag: tag.subarray(0, length),
      }
      await expect(openAesGcm(bytes(vector, 'key'), message)).rejects.toMatchObject({
        code: 'FIELD_TAMPERED',
      })
    }
  })

  // The platform's own, which indexes and data keys are made by: these hold it to what we count on.
  test.runIf(there).each(['sha256', 'sha384', 'sha512'])('hmac_%s', (hash) => {
    const cases = casesOf(`hmac_${hash}_test`)
    expect(cases).toHaveLength(174)
    for (const vector of cases) {
      const mac = createHmac(hash, bytes(vector, 'key')).update(bytes(vector, 'msg')).digest()
      const isSame = mac.subarray(0, vector.tagSize / 8).equals(bytes(vector, 'tag'))
      expect({ id: vector.tcId, isSame }).toEqual({ id: vector.tcId, isSame: vector.result === 'valid' })
    }
  })

  test.runIf(there)('hkdf_sha256', () => {
    const cases = casesOf('hkdf_sha256_test')
    expect(cases).toHaveLength(86)
    for (const vector of cases) {
      const derive = () =>
        Buffer.from(
          hkdfSync(
            'sha256',
            bytes(vector, 'ikm'),
            bytes(vector, 'salt'),
            bytes(vector, 'info'),
            Number(vector['size']),
          ),
        ).toString('hex')
      if (vector.result === 'valid') expect(derive()).toBe(vector['okm'])
      else expect(derive).toThrow()
    }
  })
})
