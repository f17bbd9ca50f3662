import { isAppError } from '@base/core/errors'
import type { JobContext } from '../jobs/nightly-job.ts'
import { cancelUnpaidOrder } from './change-order.ts'
import type { OrderServices } from './place-order.ts'
import { unpaid } from './rules.ts'

/** What became of the orders that were due. */
export interface CancelledUnpaid {
  readonly cancelled: number
  /** How many could not be cancelled, for the payment gateway or the database did not answer; they are due again next time. */
  readonly failed: number
}

/**
 * Cancels what nobody paid in time, one order after the other, and stops between two of them when the signal aborts.
 *
 * @throws ConflictError `LEASE_LOST` where another has begun after this one, which was stopped for longer than its lease.
 */
export async function cancelUnpaid(
  services: OrderServices,
  { signal, fence }: JobContext,
): Promise<CancelledUnpaid> {
  await services.fences.pass(fence)
  const due = services.orders.stream(unpaid(new Date(services.clock.now())), {
    orderBy: [{ field: 'number' }],
  })
  let [cancelled, failed] = [0, 0]
  for await (const { id } of due) {
    if (signal.aborted) break
    try {
      // Somebody may have paid or cancelled it meanwhile.
      if ((await cancelUnpaidOrder(services, id, fence)).ok) cancelled++
    } catch (error) {
      if (isAppError(error, 'LEASE_LOST')) throw error
      failed++
      services.logger.error({ err: error, order: id }, 'order is not paid, and could not be cancelled')
    }
  }
  return { cancelled, failed }
}
