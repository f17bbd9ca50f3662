import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBase64Url, encodeBase64Url } from './index.js'

describe('base64url', () => {
  test.each([
    ['', ''],
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg'],
    ['\u00fb\u00ff', 'w7vDvw'],
  ])('writes %j as RFC 4648 does, without padding', (text, expected) => {
    expect(encodeBase64Url(new TextEncoder().encode(text))).toBe(expected)
  })

  test('agrees with Buffer, and reads what it writes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000, size: 'max' }), (bytes) => {
        const text = encodeBase64Url(bytes)
        expect(text).toBe(Buffer.from(bytes).toString('base64url'))
        expect(decodeBase64Url(text)).toEqual(bytes)
      }),
      { numRuns: runs({ ci: 30, soak: 3_000 }) },
    )
  })

  test.each(['Zg==', 'Z', 'Zh', 'Zm9', 'Z g', 'Zg+', 'Zg/', 'é', null, 5])('refuses %j', (text) => {
    expect(() => decodeBase64Url(text as string)).toThrow('is not base64url')
  })
})
