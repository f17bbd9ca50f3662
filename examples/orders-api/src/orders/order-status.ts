import { ConflictError } from '@base/core/errors'
import { err, ok, type Result } from '@base/core/result'

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

/** The life cycle: what may be done, from where, and where it leads. */
const steps = {
  confirm: { from: ['pending'], to: 'confirmed' },
  process: { from: ['confirmed'], to: 'processing' },
  ship: { from: ['confirmed', 'processing'], to: 'shipped' },
  deliver: { from: ['shipped'], to: 'delivered' },
  cancel: { from: ['pending', 'confirmed', 'processing', 'shipped'], to: 'cancelled' },
} as const satisfies Record<string, { from: readonly OrderStatus[]; to: OrderStatus }>

/** What may be done to an order. */
export type OrderAction = keyof typeof steps

/** The status after an action; an error where the order does not stand where the action begins. */
export function nextStatus(status: OrderStatus, action: OrderAction): Result<OrderStatus, ConflictError> {
  const { from, to } = steps[action]
  if ((from as readonly OrderStatus[]).includes(status)) return ok(to)
  const message = `Cannot ${action} an order that is ${status}, only one that is ${from.join(' or ')}.`
  return err(new ConflictError({ code: 'ILLEGAL_TRANSITION', message, details: { action, status, from } }))
}
