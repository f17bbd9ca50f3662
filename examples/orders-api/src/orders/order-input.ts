import { z } from 'zod'
import { text } from '../http/text.ts'
import { Sku } from '../items/item.ts'

/** The most of one item that an order may hold. */
export const MAX_QUANTITY = 9_999

const LineInput = z.strictObject({
  sku: Sku,
  quantity: z.int().min(1).max(MAX_QUANTITY),
  discountPercent: z.int().min(0).max(100).default(0),
})

/** What a caller says to place an order. */
export const OrderBody = z.strictObject({
  address: text(1, 500),
  notes: text(0, 1_000).default(''),
  lines: z.array(LineInput).min(1).max(50),
})

/** What is ordered, and by whom: who is signed in, for a body could name anybody. */
export type OrderInput = z.infer<typeof OrderBody> & { readonly customer: string }
export type LineInput = z.infer<typeof LineInput>

/** What a caller says to cancel one. */
export const CancelInput = z.strictObject({ reason: text(1, 500) })
