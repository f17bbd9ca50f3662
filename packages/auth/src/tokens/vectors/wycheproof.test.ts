import { describe, expect, test } from 'vitest'
import { hasVectors, maySkip, readVectors } from '../fixtures/vectors.js'
import { type AlgorithmName, type JsonWebKey, type JsonWebKeySet, verifyJws } from '../index.js'

interface Vector {
  readonly tcId: number
  readonly comment: string
  readonly jws?: string
  readonly result: 'valid' | 'invalid'
}

interface Suite {
  readonly numberOfTests: number
  readonly testGroups: readonly {
    readonly comment: string
    readonly public?: JsonWebKey | JsonWebKeySet
    readonly private: JsonWebKey | JsonWebKeySet
    readonly tests: readonly Vector[]
  }[]
}

interface Case {
  readonly tcId: number
  readonly name: string
  readonly keys: JsonWebKeySet
  readonly jws: string | undefined
  readonly result: 'valid' | 'invalid'
}

const there = hasVectors('wycheproof')

function casesOf(file: string): readonly Case[] {
  const suite = readVectors<Suite>('wycheproof', file)
  return (suite?.testGroups ?? []).flatMap((group) => {
    const key = group.public ?? group.private
    const keys = 'keys' in key ? (key as JsonWebKeySet) : { keys: [key as JsonWebKey] }
    return group.tests.map(({ tcId, comment, jws, result }) => ({
      tcId,
      name: `${tcId} ${group.comment}: ${comment}`,
      keys,
      jws,
      result,
    }))
  })
}

/** As generous as an allow-list may be: what refuses is the key. */
function algorithmsFor({ keys }: JsonWebKeySet): readonly AlgorithmName[] {
  return keys.every(({ kty }) => kty === 'oct')
    ? ['HS256', 'HS384', 'HS512']
    : ['RS256', 'PS256', 'ES256', 'EdDSA']
}

async function judge({ jws, keys }: Case): Promise<'valid' | 'invalid'> {
  const result = await verifyJws(jws ?? '', { keys, algorithms: algorithmsFor(keys) })
  return result.ok ? 'valid' : 'invalid'
}

/** Where we differ, and mean to. The reasons are in differences.md. */
const DIFFERENCES: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  json_web_signature_test: {
    'an algorithm that is not offered': [
      ...[264, 265, 266, 267, 268, 269, 270, 271, 320, 321, 322, 323, 325, 326, 327, 328],
      ...[346, 347, 350, 351],
    ],
    'the same text as a valid vector': [367, 370],
    'a character that base64url does not have': [372, 373],
  },
  json_web_crypto_test: { 'an encrypted token': [50, 67] },
  json_web_key_test: {},
}

describe.each([
  ['json_web_signature_test', 401],
  ['json_web_crypto_test', 83],
  ['json_web_key_test', 26],
] as const)('Wycheproof %s', (file, count) => {
  const cases = casesOf(`${file}.json`)
  const differences = new Set(Object.values(DIFFERENCES[file] ?? {}).flat())

  test.skipIf(!there && maySkip)('is there', () => {
    expect(cases).toHaveLength(count)
  })

  test.runIf(there).for(cases.filter(({ tcId }) => !differences.has(tcId)))('$name', async (one) => {
    expect(await judge(one)).toBe(one.result)
  })

  test.runIf(there).for(cases.filter(({ tcId }) => differences.has(tcId)))('differs: $name', async (one) => {
    expect(await judge(one)).not.toBe(one.result)
  })
})

test.runIf(there)('the two vectors that are "invalid" have the text of one that is valid', () => {
  const cases = casesOf('json_web_signature_test.json')
  const textOf = (id: number) => cases.find(({ tcId }) => tcId === id)?.jws
  expect([textOf(367), textOf(370)]).toEqual([textOf(357), textOf(357)])
})
