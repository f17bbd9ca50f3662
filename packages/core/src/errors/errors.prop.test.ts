import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError, errorKind, errorKinds, isErrorKind, toErrorJson } from './index.js'

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  withNullPrototype: true,
})
const details = fc.dictionary(fc.string(), anything)

describe('toErrorJson', () => {
  test('gives plain JSON for anything that can be thrown', () => {
    fc.assert(
      fc.property(anything, (thrown) => {
        const json = toErrorJson(thrown)
        expect(JSON.parse(JSON.stringify(json))).toEqual(json)
      }),
    )
  })

  test('gives plain JSON for any details, the same each time', () => {
    fc.assert(
      fc.property(fc.constantFrom(...errorKinds), fc.string(), details, (kind, message, record) => {
        const error = new AppError({ code: 'ANY', kind, message, details: record })
        const json = toErrorJson(error)
        expect(JSON.parse(JSON.stringify(json))).toEqual(json)
        expect(toErrorJson(error)).toEqual(json)
      }),
    )
  })

  test('never shows a cause, wherever it stands', () => {
    fc.assert(
      fc.property(details, fc.constantFrom('a', 'b'), (record, name) => {
        const cause = new Error('hunter2', { cause: new Error('hunter2') })
        const error = new AppError({
          code: 'ANY',
          kind: 'internal',
          message: '',
          details: { ...record, [name]: cause },
          cause,
        })
        for (const shown of [JSON.stringify(error), JSON.stringify(toErrorJson(error))]) {
          expect(shown).not.toContain('hunter2')
          expect(shown).not.toContain('errors.prop.test')
        }
      }),
    )
  })
})

describe('errorKind', () => {
  test('is a kind for anything that can be thrown', () => {
    fc.assert(fc.property(anything, (thrown) => isErrorKind(errorKind(thrown))))
  })
})
