import type { Clock } from '@base/core/clock'
import { toMilliseconds } from '@base/core/duration'
import type { ConflictError, ValidationError } from '@base/core/errors'
import { ok, type Result } from '@base/core/result'
import { findCustomer } from '../customers/customer-store.ts'
import type { Database } from '../database/database.ts'
import { lockItems, takeStock } from '../items/item-store.ts'
import { draftOrder } from './draft-order.ts'
import { type Order, type OrderInput, orderId } from './order.ts'
import { insertOrder } from './order-store.ts'

const DELIVERY = toMilliseconds('5d')

/** What the use cases of orders work with. */
export interface OrderServices {
  readonly database: Database
  readonly clock: Clock
}

/** Places an order: its goods leave the stock in the transaction that records it, so no piece is sold twice. */
export function placeOrder(
  { database, clock }: OrderServices,
  input: OrderInput,
): Promise<Result<Order, ValidationError | ConflictError>> {
  return database.transaction(async (queries) => {
    const customer = await findCustomer(queries, input.customer)
    const items = await lockItems(
      queries,
      input.lines.map(({ sku }) => sku),
    )
    const draft = draftOrder(input, { customer, items })
    if (!draft.ok) return draft

    await takeStock(queries, draft.value.lines)
    const now = clock.now()
    const order = await insertOrder(queries, {
      id: orderId.create(),
      customer: input.customer,
      address: input.address,
      notes: input.notes,
      status: 'pending',
      ...draft.value,
      placedAt: new Date(now),
      expectedBy: new Date(now + DELIVERY),
    })
    return ok(order)
  })
}
