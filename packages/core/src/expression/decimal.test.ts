import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ValidationError } from '../errors/index.js'
import { decimal, decimalValue } from './index.js'

describe('decimalValue', () => {
  test.each([
    ['-12.50', { sign: -1, point: 2, digits: '125' }],
    ['0012.5e0', { sign: 1, point: 2, digits: '125' }],
    ['+.00125', { sign: 1, point: -2, digits: '125' }],
    ['1.25E+3', { sign: 1, point: 4, digits: '125' }],
    ['100', { sign: 1, point: 3, digits: '1' }],
    ['-0.00e9', { sign: 0, point: 0, digits: '' }],
  ])('%s', (text, value) => {
    expect(decimalValue(decimal(text))).toEqual(value)
  })

  test.each([
    undefined,
    null,
    {},
    { $decimal: 1 },
    { $decimal: 'NaN' },
    { $decimal: '1,5' },
    { $decimal: '' },
  ])('refuses %j', (operand) => {
    expect(() => decimalValue(operand as never)).toThrow(ValidationError)
  })

  test('spellings of one number have one value', () => {
    const zeros = fc.nat(5).map((count) => '0'.repeat(count))
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
        zeros,
        zeros,
        (whole, before, after) => {
          const [sign, digits] = whole < 0n ? ['-', `${-whole}`] : ['', `${whole}`]
          const plain = decimalValue(decimal(`${whole}`))
          expect(decimalValue(decimal(`${sign}${before}${digits}.${after}`))).toEqual(plain)
          expect(
            decimalValue(decimal(`${sign}0.${before}${digits}e${before.length + digits.length}`)),
          ).toEqual(plain)
          const { sign: of, digits: all, point } = plain
          expect(BigInt(of) * BigInt(all.padEnd(point, '0'))).toBe(whole)
        },
      ),
    )
  })
})
