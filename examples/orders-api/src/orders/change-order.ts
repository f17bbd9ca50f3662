import { type ConflictError, NotFoundError } from '@base/core/errors'
import { err, ok, type Result } from '@base/core/result'
import type { Database } from '../database/database.ts'
import { takeStock } from '../items/item-store.ts'
import type { Order, OrderId } from './order.ts'
import { nextStatus, type OrderAction } from './order-status.ts'
import { lockOrder, updateStatus } from './order-store.ts'

/** What to do with which order; a reason where it is cancelled. */
export type OrderChange =
  | { readonly id: OrderId; readonly action: Exclude<OrderAction, 'cancel'> }
  | { readonly id: OrderId; readonly action: 'cancel'; readonly reason: string }

/** Moves an order along its life cycle. Cancelling returns its goods to the stock. */
export function changeOrder(
  database: Database,
  change: OrderChange,
): Promise<Result<Order, NotFoundError | ConflictError>> {
  return database.transaction(async (queries) => {
    const order = await lockOrder(queries, change.id)
    if (order === undefined) return err(noOrder(change.id))
    const status = nextStatus(order.status, change.action)
    if (!status.ok) return status

    const cancelReason = change.action === 'cancel' ? change.reason : null
    const changed = { ...order, status: status.value, cancelReason }
    await updateStatus(queries, changed)
    if (change.action === 'cancel') await takeStock(queries, order.lines.map(returned))
    return ok(changed)
  })
}

/** Says that an order does not exist. */
export function noOrder(id: string): NotFoundError {
  return new NotFoundError({ message: `No order ${id}.` })
}

function returned({ sku, quantity }: { sku: string; quantity: number }): { sku: string; quantity: number } {
  return { sku, quantity: -quantity }
}
