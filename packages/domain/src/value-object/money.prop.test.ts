import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { currencies, Money, type Rounding } from './index.js'

const currency = fc.constantFrom(...currencies)
const minor = fc.oneof(
  fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }),
  fc.bigInt({ min: -(10n ** 1_000n) + 1n, max: 10n ** 1_000n - 1n }),
)
const money = fc.tuple(minor, currency).map(([units, code]) => Money.of(units, code))

describe('Money', () => {
  test('loses no unit when it is allocated, and strays less than a unit from the exact share', () => {
    const ratios = fc
      .array(fc.nat(1_000), { minLength: 1, maxLength: 20 })
      .filter((list) => list.some((n) => n > 0))
    fc.assert(
      fc.property(money, ratios, (amount, list) => {
        const parts = amount.allocate(list)
        expect(parts.reduce((sum, part) => sum.add(part)).equals(amount)).toBe(true)
        const total = BigInt(list.reduce((sum, ratio) => sum + ratio, 0))
        for (const [index, part] of parts.entries()) {
          const error = part.minor * total - amount.minor * BigInt(list[index] ?? 0)
          expect(error < total && error > -total).toBe(true)
        }
      }),
    )
  })

  test('reads what it writes, as text and as JSON', () => {
    fc.assert(
      fc.property(money, (amount) => {
        const text = Money.parse(String(amount))
        const json = Money.fromJSON(JSON.parse(JSON.stringify(amount)))
        expect(text.ok && text.value.equals(amount)).toBe(true)
        expect(json.ok && json.value.equals(amount)).toBe(true)
      }),
    )
  })

  test('rounds to a neighbour of the exact product, in the named direction', () => {
    const rounding = fc.constantFrom<Rounding>(
      'half-even',
      'half-up',
      'half-down',
      'up',
      'down',
      'ceiling',
      'floor',
    )
    fc.assert(
      fc.property(minor, fc.integer({ min: -999, max: 999 }), rounding, (units, thousandths, how) => {
        const text = `${thousandths < 0 ? '-' : ''}0.${String(Math.abs(thousandths)).padStart(3, '0')}`
        const rounded = Money.of(units, 'EUR').multiply(text, how).minor
        const error = rounded * 1000n - units * BigInt(thousandths)
        expect(error < 1000n && error > -1000n).toBe(true)
        if (how === 'ceiling') expect(error >= 0n).toBe(true)
        if (how === 'floor') expect(error <= 0n).toBe(true)
        if (how.startsWith('half')) expect(error <= 500n && error >= -500n).toBe(true)
      }),
    )
  })

  test('adds like the numbers it counts', () => {
    fc.assert(
      fc.property(minor, minor, (a, b) => {
        const sum = Money.of(a, 'EUR').add(Money.of(b, 'EUR'))
        expect(sum.minor).toBe(a + b)
        expect(sum.subtract(Money.of(b, 'EUR')).minor).toBe(a)
      }),
    )
  })
})
