import { z } from 'zod'
import type { orders } from '../database/schema.ts'
import { text } from '../http/text.ts'
import { LineInput } from './order-line.ts'

/** What a caller says to place an order. Who orders is who is signed in, for a body could name anybody. */
export const OrderInput = z.strictObject({
  address: text(1, 500),
  notes: text(0, 1_000).default(''),
  lines: z.array(LineInput).min(1).max(50),
})

export type OrderInput = z.infer<typeof OrderInput>

/** What a caller says to cancel one. */
export const CancelInput = z.strictObject({ reason: text(1, 500) })

/** An order as it is kept. */
export type Order = Readonly<typeof orders.$inferSelect>

/** An order as callers see it. */
export function toView({ paymentAsked: _, returnAsked: __, ...order }: Order): object {
  return order
}
