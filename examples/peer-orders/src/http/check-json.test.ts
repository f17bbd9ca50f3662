import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkJson } from './check-json.ts'

const codeOf = (text: string) => {
  try {
    checkJson(text)
    return undefined
  } catch (error) {
    return (error as { code: string }).code
  }
}

test.each([
  ['{"a":1,"b":{"a":1}}', undefined],
  ['{"a":"\\"a\\":1","b":["a","a"]}', undefined],
  ['{"a":1,"a":2}', 'JSON_DUPLICATE_KEY'],
  ['{"a":1,"\\u0061":2}', 'JSON_DUPLICATE_KEY'],
  ['[{"\\u005f_proto__":1}]', 'JSON_FORBIDDEN_KEY'],
  ['['.repeat(65), 'JSON_TOO_DEEP'],
  ['['.repeat(64), undefined],
])('%s is %s', (text, code) => {
  expect(codeOf(text)).toBe(code)
})

test('passes whatever JSON.stringify writes, unless it is too deep or reaches a prototype', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = JSON.stringify(value)
      fc.pre(!text.includes('__proto__') && !text.includes('constructor'))

      expect(codeOf(text)).toBeUndefined()
    }),
  )
})
