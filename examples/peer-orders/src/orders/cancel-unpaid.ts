import { and, gt } from 'drizzle-orm'
import { inTransaction } from '../database/database.ts'
import { checkLease, type Lease } from '../database/lock.ts'
import { orders } from '../database/schema.ts'
import { Problem } from '../problem.ts'
import { expireOrder } from './change-order.ts'
import type { OrderServices } from './place-order.ts'
import { orderRules } from './rules.ts'

const BATCH = 100

/** What became of the orders that were due. */
export interface CancelledUnpaid {
  cancelled: number
  /** How many could not be cancelled, for the payment gateway or the database did not answer; they are due again next time. */
  failed: number
}

/**
 * Cancels what nobody paid in time, one order after the other, and stops between two of them when a signal aborts.
 *
 * @throws 409 `LEASE_LOST` where another has begun after this one, which was stopped for longer than its lease.
 */
export async function cancelUnpaid(
  services: OrderServices,
  lease: Lease,
  stop: AbortSignal,
): Promise<CancelledUnpaid> {
  const { db } = services
  const result = { cancelled: 0, failed: 0 }
  const signal = AbortSignal.any([stop, lease.signal])
  for (let last = 0; ; ) {
    const due = await inTransaction(db, async (tx) => {
      await checkLease(tx, lease)
      return tx
        .select({ id: orders.id, number: orders.number })
        .from(orders)
        .where(and(orderRules.unpaid(), gt(orders.number, last)))
        .orderBy(orders.number)
        .limit(BATCH)
    })
    for (const { id, number } of due) {
      if (signal.aborted) return result
      await expire(services, id, lease, result)
      last = number
    }
    if (due.length < BATCH) return result
  }
}

async function expire(
  services: OrderServices,
  id: string,
  lease: Lease,
  result: CancelledUnpaid,
): Promise<void> {
  try {
    await expireOrder(services, id, lease)
    result.cancelled++
  } catch (error) {
    const code = error instanceof Problem ? error.code : undefined
    if (code === 'LEASE_LOST') throw error
    // Somebody has paid or cancelled it meanwhile.
    if (code === 'ILLEGAL_TRANSITION') return
    result.failed++
    services.logger.error({ err: error, order: id }, 'order is not paid, and could not be cancelled')
  }
}
