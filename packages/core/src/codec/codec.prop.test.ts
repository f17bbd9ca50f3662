import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonCodec } from './index.js'

// To Node 22 an invalid date is not equal to another; that one comes back is an example of its own.
const date = fc.date({ noInvalidDate: true })
const plain = [fc.boolean(), fc.maxSafeInteger(), fc.double(), fc.string(), fc.constantFrom(null, undefined)]
const leaf = fc.oneof(
  fc.anything({
    values: [...plain, date],
    withBigInt: true,
    withTypedArray: true,
    withMap: true,
    withSet: true,
  }),
  fc.double(),
  fc.bigInt(),
  date,
  fc.webUrl().map((url) => new URL(url)),
)
const key = fc.oneof(
  fc.string(),
  fc.constantFrom('$', '$date', '$object', '$type', '__proto__', 'constructor'),
)
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value')),
    fc.dictionary(key, tie('value'), { noNullPrototype: true }),
  ),
})).value

describe('jsonCodec', () => {
  test('brings back an equal value, of the same types', () => {
    fc.assert(
      fc.property(value, (original) => {
        // Not toStrictEqual, which takes a key named constructor for the class.
        expect(isDeepStrictEqual(jsonCodec.decode(jsonCodec.encode(original)), original)).toBe(true)
      }),
    )
  })

  test('writes JSON, and the same text again for what came back', () => {
    fc.assert(
      fc.property(value, (original) => {
        const text = jsonCodec.encode(original)
        expect(() => JSON.parse(text)).not.toThrow()
        expect(jsonCodec.encode(jsonCodec.decode(text))).toBe(text)
      }),
    )
  })

  test('refuses a text that is no encoding with a ValidationError, and never fails otherwise', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.dictionary(key, fc.jsonValue()).map((json) => JSON.stringify(json)),
    )
    fc.assert(
      fc.property(text, (candidate) => {
        try {
          jsonCodec.decode(candidate)
        } catch (error) {
          expect(error).toMatchObject({ code: 'VALIDATION' })
        }
      }),
    )
  })
})
