import { channel } from 'node:diagnostics_channel'
import { unchecked } from '@base/core/schema'
import type { AggregateRoot } from '@base/domain/aggregate'
import { defineEvent } from '@base/domain/event'

/** What happens to orders. */
export const OrderPlaced = defineEvent(
  'order.placed',
  unchecked<{ customer: string; total: number; lines: { sku: string; quantity: number }[] }>(),
)
export const OrderConfirmed = defineEvent('order.confirmed', unchecked<{ total: number }>())
export const OrderProcessing = defineEvent('order.processing', unchecked<object>())
export const OrderShipped = defineEvent('order.shipped', unchecked<{ address: string }>())
export const OrderDelivered = defineEvent('order.delivered', unchecked<object>())
export const OrderCancelled = defineEvent('order.cancelled', unchecked<{ reason: string }>())

/** Where they can be heard, in this process; a message broker would be told here. */
export const orderEvents = channel('orders-api:order')

/** Tells what an order has recorded; for `afterCommit`, so that nothing is told that is not saved. */
export function publish(order: AggregateRoot<unknown>): void {
  for (const event of order.uncommittedEvents) orderEvents.publish(event)
  order.markCommitted()
}
