/** Where an order stands. */
export const orderStatuses = [
  'pending',
  'confirmed',
  'processing',
  'shipped',
  'delivered',
  'cancelled',
] as const

export type OrderStatus = (typeof orderStatuses)[number]

/** What may be done to an order. */
export type OrderAction = 'confirm' | 'process' | 'ship' | 'deliver' | 'cancel' | 'expire'

/** The life cycle: what may be done, from where, and where it leads. */
export const steps: Readonly<Record<OrderAction, { from: readonly OrderStatus[]; to: OrderStatus }>> = {
  confirm: { from: ['pending'], to: 'confirmed' },
  process: { from: ['confirmed'], to: 'processing' },
  ship: { from: ['confirmed', 'processing'], to: 'shipped' },
  deliver: { from: ['shipped'], to: 'delivered' },
  cancel: { from: ['pending', 'confirmed', 'processing', 'shipped'], to: 'cancelled' },
  /** Because nobody paid. */
  expire: { from: ['pending'], to: 'cancelled' },
}
