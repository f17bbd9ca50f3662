import fc from 'fast-check'
import { expect, test } from 'vitest'
import { priceLine, sumUp } from './pricing.ts'

const goods = fc.record({
  unitPrice: fc.integer({ min: 0, max: 100_000_000 }),
  quantity: fc.integer({ min: 1, max: 9_999 }),
  discountPercent: fc.integer({ min: 0, max: 100 }),
})

test('a discount is within half a minor unit of its share, whatever the price', () => {
  fc.assert(
    fc.property(goods, ({ unitPrice, quantity, discountPercent }) => {
      const { discount, total } = priceLine({ unitPrice, quantity, discountPercent })
      const hundredfold = BigInt(unitPrice) * BigInt(quantity) * BigInt(discountPercent)
      const error = BigInt(discount) * 100n - hundredfold

      expect(Number.isSafeInteger(discount)).toBe(true)
      expect(discount + total).toBe(unitPrice * quantity)
      // Half up: off by -49 to +50 hundredths.
      expect(error > -50n && error <= 50n).toBe(true)
    }),
  )
})

test('an order comes to the sum of its lines and 9.90', () => {
  fc.assert(
    fc.property(fc.array(goods, { minLength: 1, maxLength: 50 }), (all) => {
      const lines = all.map(priceLine)
      const { subtotal, discount, shipping, total } = sumUp(lines)

      expect(shipping).toBe(990)
      expect(total).toBe(lines.reduce((sum, line) => sum + line.total, 990))
      expect(subtotal).toBe(all.reduce((sum, { unitPrice, quantity }) => sum + unitPrice * quantity, 0))
      expect(subtotal - discount + shipping).toBe(total)
    }),
  )
})
