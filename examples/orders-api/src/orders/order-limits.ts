import type { Clock } from '@base/core/clock'
import { RateLimitedError } from '@base/core/errors'
import { RateLimiter } from '@base/resilience/rate-limiter'
import type { Config } from '../config.ts'
import type { Coordination } from '../coordination/coordination.ts'
import type { KnownCustomers } from '../customers/known-customers.ts'

export type OrderLimits = ReturnType<typeof createOrderLimits>

/** Lets each customer, and each address of somebody who is none, try to place only so many orders in a time. */
export function createOrderLimits(
  { orderLimit, addressLimit }: Pick<Config, 'orderLimit' | 'addressLimit'>,
  knownCustomers: Pick<KnownCustomers, 'has'>,
  { counts }: Pick<Coordination, 'counts'>,
  clock: Clock,
) {
  const options = { ...counts, clock }
  const perCustomer = new RateLimiter({ ...options, name: 'orders per customer', policies: orderLimit })
  const perAddress = new RateLimiter({ ...options, name: 'orders per address', policies: addressLimit })
  return {
    /**
     * Charges an order, before anything is done for it.
     *
     * @param customer whom it names: a name that is nobody's is charged to the address, or a new one each time would have no
     * limit.
     * @throws RateLimitedError with the time until the next one may come.
     */
    charge: async (customer: string, address: string): Promise<void> => {
      const isKnown = await knownCustomers.has(customer)
      const [limiter, key] = isKnown ? [perCustomer, customer] : [perAddress, address]
      const { allowed, policies } = await limiter.consume(key)
      if (allowed) return
      throw new RateLimitedError({
        message: `Too many orders from ${isKnown ? `customer ${key}` : 'this address'}.`,
        retryAfter: Math.max(...policies.map(({ retryAfter }) => retryAfter ?? 0)),
      })
    },
  }
}
