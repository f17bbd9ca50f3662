import { channel } from 'node:diagnostics_channel'

/** Where the events of orders can be heard, in this process; a message broker would be told here. */
const orderEvents = channel('peer-orders:order')

/** Tells what happened to an order, once it is saved. @param order as callers see it, in JSON. */
export function publish(type: string, order: string): void {
  if (orderEvents.hasSubscribers)
    orderEvents.publish({ type, order: JSON.parse(order), occurredAt: new Date() })
}
