import { unchecked } from '@base/core/schema'
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
