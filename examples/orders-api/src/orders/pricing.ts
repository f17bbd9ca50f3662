/** What shipping costs, in minor units: 9.90. */
const SHIPPING = 990

/** A line to be priced. */
interface Goods {
  /** Minor units for one piece. */
  readonly unitPrice: number
  readonly quantity: number
  /** A whole number from 0 to 100. */
  readonly discountPercent: number
}

/** What a line costs, in minor units. The discount is rounded half up, to the caller's good. */
export function priceLine({ unitPrice, quantity, discountPercent }: Goods): {
  discount: number
  total: number
} {
  const full = unitPrice * quantity
  // Whole numbers all the way: the largest is 10^14, far below 2^53.
  const discount = Math.floor((full * discountPercent + 50) / 100)
  return { discount, total: full - discount }
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
  const discount = lines.reduce((sum, line) => sum + line.discount, 0)
  const goods = lines.reduce((sum, line) => sum + line.total, 0)
  return { subtotal: goods + discount, discount, shipping: SHIPPING, total: goods + SHIPPING }
}
