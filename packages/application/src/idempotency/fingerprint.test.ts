import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fingerprintOf } from './index.js'

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => [key, shuffled(item)] as const)
  return Object.fromEntries(entries.reverse())
}

describe('fingerprintOf', () => {
  test.each<[string, unknown, unknown]>([
    ['types', 1, '1'],
    ['an absent field', {}, { a: undefined }],
    ['null and undefined', null, undefined],
    ['the order of a list', [1, 2], [2, 1]],
    ['dates', new Date(0), new Date(0).toISOString()],
    ['what looks like a tag', { $bigint: '1' }, 1n],
    ['depth', { a: { b: 1 } }, { a: 1, b: 1 }],
  ])('tells apart: %s', (_, a, b) => {
    expect(fingerprintOf(a)).not.toBe(fingerprintOf(b))
  })

  test('does not know the order of keys, at any depth', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(fingerprintOf(shuffled(value))).toBe(fingerprintOf(value))
      }),
    )
  })

  test('is equal for equal values alone', () => {
    const value = fc.jsonValue({ maxDepth: 1, depthSize: 'small', stringUnit: fc.constantFrom('a', '$') })
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(fingerprintOf(a) === fingerprintOf(b)).toBe(isDeepStrictEqual(a, b))
      }),
      { numRuns: 1_000 },
    )
  })

  test('refuses what the codec does not carry', () => {
    expect(() => fingerprintOf({ fn: () => {} })).toThrow("The value at 'fn' cannot be encoded")
  })
})
