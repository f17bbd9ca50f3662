import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isAppError } from '../errors/index.js'
import { checkInteger, checkNumber } from './index.js'

const place = { package: '@base/core', option: 'option' }

function accepts(check: () => number): boolean {
  try {
    check()
    return true
  } catch (error) {
    expect(isAppError(error, 'INVALID_OPTION')).toBe(true)
    return false
  }
}

describe('a check', () => {
  test('accepts exactly what lies in the range, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer(), fc.double(), fc.anything()),
        fc.integer(),
        fc.nat(),
        (value, min, width) => {
          const max = min + width
          const inside = typeof value === 'number' && value >= min && value <= max
          expect(accepts(() => checkInteger(value, { ...place, min, max }))).toBe(
            inside && Number.isInteger(value),
          )
          expect(accepts(() => checkNumber(value, { ...place, min, max }))).toBe(inside)
          expect(accepts(() => checkNumber(value, { ...place, min, max, above: true }))).toBe(
            inside && value > min,
          )
        },
      ),
    )
  })
})
