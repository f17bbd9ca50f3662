import type { Clock } from '@base/core/clock'
import { RateLimitedError } from '@base/core/errors'
import { RateLimiter } from '@base/resilience/rate-limiter'
import type { Config } from '../config.ts'
import type { Coordination } from '../coordination/coordination.ts'

export type OrderLimits = ReturnType<typeof createOrderLimits>

/** Lets each customer try to place only so many orders in a time. */
export function createOrderLimits(
  { orderLimit }: Pick<Config, 'orderLimit'>,
  { counts }: Pick<Coordination, 'counts'>,
  clock: Clock,
) {
  const name = 'orders per customer'
  const perCustomer = new RateLimiter({ ...counts, name, policies: orderLimit, clock })
  return {
    /**
     * Charges an order, before anything is done for it.
     *
     * @throws RateLimitedError with the time until the next one may come.
     */
    charge: async (customer: string): Promise<void> => {
      const { allowed, policies } = await perCustomer.consume(customer)
      if (allowed) return
      throw new RateLimitedError({
        message: `Too many orders from customer ${customer}.`,
        retryAfter: Math.max(...policies.map(({ retryAfter }) => retryAfter ?? 0)),
      })
    },
  }
}
