import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UNITS } from './duration.js'
import { type Duration, formatDuration, isDuration, toMilliseconds } from './index.js'

const milliseconds = fc.maxSafeNat()
const unit = fc.constantFrom(...UNITS)

describe('a duration', () => {
  test('reads back as what it was written from', () => {
    fc.assert(
      fc.property(milliseconds, (ms) => {
        expect(toMilliseconds(formatDuration(ms) as Duration)).toBe(ms)
      }),
    )
  })

  test('is written in the largest unit that divides it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), unit, (count, [, factor]) => {
        const ms = count * factor
        const [, written] = /^\d+([a-z]+)$/.exec(formatDuration(ms)) ?? []
        const size = UNITS.find(([name]) => name === written)?.[1] ?? Number.NaN
        expect(ms % size).toBe(0)
        expect(UNITS.filter(([, larger]) => larger > size).every(([, larger]) => ms % larger !== 0)).toBe(
          true,
        )
      }),
    )
  })

  test('with decimals is exact, or refused', () => {
    const parts = fc.tuple(fc.nat(1_000_000), fc.nat(999_999_999), fc.integer({ min: 1, max: 9 }), unit)
    fc.assert(
      fc.property(parts, ([whole, decimals, digits, [name, factor]]) => {
        const fraction = String(decimals % 10 ** digits).padStart(digits, '0')
        const text = `${whole}.${fraction}${name}` as Duration
        const scaled = BigInt(`${whole}${fraction}`) * BigInt(factor)
        const scale = 10n ** BigInt(digits)
        if (scaled % scale === 0n) expect(toMilliseconds(text)).toBe(Number(scaled / scale))
        else expect(() => toMilliseconds(text)).toThrow()
      }),
    )
  })

  test('is a whole number from 0, or refused, whatever comes', () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        let ms: number
        try {
          ms = toMilliseconds(input as Duration)
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_OPTION' })
          expect(isDuration(input)).toBe(false)
          return
        }
        expect(Number.isSafeInteger(ms) && ms >= 0 && isDuration(input)).toBe(true)
      }),
    )
  })
})
