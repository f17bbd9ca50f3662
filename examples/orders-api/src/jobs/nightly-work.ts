import { type CancelledUnpaid, cancelUnpaid } from '../orders/cancel-unpaid.ts'
import type { OrderServices } from '../orders/place-order.ts'
import type { JobContext } from './nightly-job.ts'

/** What is done each night: keys of requests that are over are forgotten, and orders that nobody paid are cancelled. */
export async function nightlyWork(services: OrderServices, context: JobContext): Promise<CancelledUnpaid> {
  await services.pruneKeys()
  return cancelUnpaid(services, context)
}
