import { z } from 'zod'
import type { orders } from '../database/schema.ts'
import { text } from '../http/text.ts'
import { Sku } from '../items/item.ts'

/** The most of one item that an order may hold. */
export const MAX_QUANTITY = 9_999

const LineInput = z.strictObject({
  sku: Sku,
  quantity: z.int().min(1).max(MAX_QUANTITY),
  discountPercent: z.int().min(0).max(100).default(0),
})

export type LineInput = z.infer<typeof LineInput>

/** What a caller says to place an order. Who orders is who is signed in, for a body could name anybody. */
export const OrderInput = z.strictObject({
  address: text(1, 500),
  notes: text(0, 1_000).default(''),
  lines: z.array(LineInput).min(1).max(50),
})

export type OrderInput = z.infer<typeof OrderInput>

/** What a caller says to cancel one. */
export const CancelInput = z.strictObject({ reason: text(1, 500) })

/** One item of an order, at the name and price it had when the order was placed. In minor units: 1290 is 12.90. */
export interface OrderLine extends LineInput {
  readonly name: string
  readonly unitPrice: number
  readonly discount: number
  readonly total: number
}

/** An order as it is kept. */
export type Order = Readonly<typeof orders.$inferSelect>

/** An order as callers see it. */
export function toView({ paymentAsked: _, ...order }: Order): object {
  return order
}
