import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sizeOf } from './size-of.js'

test.each<[what: string, larger: unknown, smaller: unknown, by: number]>([
  ['a character', 'ab', 'a', 2],
  ['a byte', new Uint8Array(9), new Uint8Array(8), 1],
  ['a byte of a buffer', new ArrayBuffer(9), new ArrayBuffer(8), 1],
  ['a character of a URL', new URL('https://a.example/bc'), new URL('https://a.example/b'), 2],
  ['four bits of a bigint', 16n, 15n, 1],
  ['an item', ['a', 'b'], ['a'], sizeOf('b') + 16],
  ['a member of a set', new Set(['a', 'b']), new Set(['a']), sizeOf('b') + 16],
  ['a property', { a: 1, b: 2 }, { a: 1 }, sizeOf(2) + 16],
  ['an entry of a map', new Map([['k', 1]]), new Map(), sizeOf('k') + sizeOf(1) + 32],
])('%s counts as much', (_, larger, smaller, by) => {
  expect(sizeOf(larger) - sizeOf(smaller)).toBe(by)
})

test('nothing is free, and what holds more is larger', () => {
  fc.assert(
    fc.property(fc.anything({ withMap: true, withSet: true, withBigInt: true }), (value) => {
      expect(sizeOf(value)).toBeGreaterThan(0)
      expect(sizeOf([value])).toBeGreaterThan(sizeOf(value))
    }),
  )
})
