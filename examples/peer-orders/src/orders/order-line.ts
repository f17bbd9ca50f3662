import { z } from 'zod'
import { Sku } from '../items/item.ts'

/** The most of one item that an order may hold. */
export const MAX_QUANTITY = 9_999

export const LineInput = z.strictObject({
  sku: Sku,
  quantity: z.int().min(1).max(MAX_QUANTITY),
  discountPercent: z.int().min(0).max(100).default(0),
})

export type LineInput = z.infer<typeof LineInput>

/** One item of an order, at the name and price it had when the order was placed. In minor units: 1290 is 12.90. */
export interface OrderLine extends LineInput {
  readonly name: string
  readonly unitPrice: number
  readonly discount: number
  readonly total: number
}
