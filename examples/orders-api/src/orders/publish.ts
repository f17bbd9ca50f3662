import { channel } from 'node:diagnostics_channel'
import type { Order } from './order.ts'

/** Tells what happened to an order. */
export type Publish = (order: Order) => void

/** Where the events of orders can be heard, in this process; a message broker would be told here. */
export const orderEvents = channel('orders-api:order')

/** Publishes what an order has recorded; for `afterCommit`, so that nothing is told that is not saved. */
export const publish: Publish = (order) => {
  for (const event of order.uncommittedEvents) orderEvents.publish(event)
  order.markCommitted()
}
