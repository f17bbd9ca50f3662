import { Money, Percentage } from '@base/domain/value-object'
import type { LineInput } from './order-input.ts'

/** What the shop sells in. Callers see whole minor units: 1290 is 12.90. */
const CURRENCY = 'EUR'

const SHIPPING = Money.of(9_90n, CURRENCY)

/** A line to be priced, at so many minor units for one piece. */
type Goods = Omit<LineInput, 'sku'> & { readonly unitPrice: number }

/** What a line costs, in minor units. The discount is rounded half up, to the caller's good. */
export function priceLine({ unitPrice, quantity, discountPercent }: Goods) {
  const full = money(unitPrice).multiply(quantity)
  const discount = full.percentage(Percentage.of(discountPercent), 'half-up')
  return { discount: toMinor(discount), total: toMinor(full.subtract(discount)) }
}

/** Sums of an order, in minor units: `total = subtotal - discount + shipping`. */
export interface Totals {
  /** All lines without their discounts. */
  readonly subtotal: number
  readonly discount: number
  readonly shipping: number
  readonly total: number
}

export function sumUp(lines: readonly { readonly discount: number; readonly total: number }[]): Totals {
  const discount = sum(lines.map((line) => money(line.discount)))
  const goods = sum(lines.map((line) => money(line.total)))
  return {
    subtotal: toMinor(goods.add(discount)),
    discount: toMinor(discount),
    shipping: toMinor(SHIPPING),
    total: toMinor(goods.add(SHIPPING)),
  }
}

/** An amount that callers see as a whole number of minor units. */
export function money(minor: number): Money {
  return Money.of(BigInt(minor), CURRENCY)
}

/** The largest is 5 * 10^13, far below 2^53. */
function toMinor({ minor }: Money): number {
  return Number(minor)
}

function sum(amounts: readonly Money[]): Money {
  return amounts.reduce((total, amount) => total.add(amount), Money.zero(CURRENCY))
}
