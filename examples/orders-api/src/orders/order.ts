import { type TypedId, typedId } from '@base/core/id'
import { z } from 'zod'
import { Username } from '../customers/customer.ts'
import { text } from '../http/text.ts'
import { Sku } from '../items/item.ts'
import type { OrderStatus } from './order-status.ts'
import type { Totals } from './pricing.ts'

/** The ids of orders: `order_01jgfjjz00fcz9r7af5a76p38q`. */
export const orderId = typedId('order')
export type OrderId = TypedId<'order'>

/** The most of one item that an order may hold. */
export const MAX_QUANTITY = 9_999

const LineInput = z.strictObject({
  sku: Sku,
  quantity: z.int().min(1).max(MAX_QUANTITY),
  discountPercent: z.int().min(0).max(100).default(0),
})

/** What a caller says to place an order. */
export const OrderInput = z.strictObject({
  customer: Username,
  address: text(1, 500),
  notes: text(0, 1_000).default(''),
  lines: z.array(LineInput).min(1).max(50),
})

export type OrderInput = z.infer<typeof OrderInput>
export type LineInput = z.infer<typeof LineInput>

/** What a caller says to cancel one. */
export const CancelInput = z.strictObject({ reason: text(1, 500) })

/** One item of an order, at the name and price it had when the order was placed. */
export interface OrderLine extends LineInput {
  readonly name: string
  readonly unitPrice: number
  readonly discount: number
  readonly total: number
}

/** An order as callers see it. All money is in minor units. */
export interface Order extends Totals {
  readonly id: OrderId
  /** Counts the orders of the shop; the order of lists. */
  readonly number: number
  readonly customer: string
  readonly address: string
  readonly notes: string
  readonly status: OrderStatus
  readonly lines: readonly OrderLine[]
  readonly cancelReason: string | null
  readonly placedAt: Date
  readonly expectedBy: Date
}
