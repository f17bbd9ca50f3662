import { and, eq, inArray, lt, lte, notInArray, type SQL } from 'drizzle-orm'
import { orders } from '../database/schema.ts'
import { steps } from './order-status.ts'

/** How long an order may wait for its payment. */
const PAY_WITHIN = 86_400_000

/** Rules of the shop that a list can be asked for. */
export const orderRules = {
  /** It can still be called off. */
  cancellable: () => inArray(orders.status, [...steps.cancel.from]),
  /** It should have arrived by now. */
  overdue: () =>
    and(notInArray(orders.status, ['delivered', 'cancelled']), lt(orders.expectedBy, new Date())),
  /** It should have been paid by now. */
  unpaid: () => and(eq(orders.status, 'pending'), lte(orders.placedAt, new Date(Date.now() - PAY_WITHIN))),
} satisfies Record<string, () => SQL | undefined>
