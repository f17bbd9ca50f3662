import type { Clock } from '@base/core/clock'
import { RateLimitedError } from '@base/core/errors'
import { RateLimiter } from '@base/resilience/rate-limiter'
import type { Config } from '../config.ts'
import type { Coordination } from '../coordination/coordination.ts'
import type { KnownCustomers } from '../customers/known-customers.ts'

/** Lets each customer, and each address of somebody who is none, try to place only so many orders in a time. */
export class OrderLimits {
  readonly #knownCustomers: KnownCustomers
  readonly #perCustomer: RateLimiter
  readonly #perAddress: RateLimiter

  constructor(
    { orderLimit, addressLimit }: Pick<Config, 'orderLimit' | 'addressLimit'>,
    knownCustomers: KnownCustomers,
    { counts }: Pick<Coordination, 'counts'>,
    clock: Clock,
  ) {
    const options = { ...counts, clock }
    this.#knownCustomers = knownCustomers
    this.#perCustomer = new RateLimiter({ ...options, name: 'orders per customer', policies: orderLimit })
    this.#perAddress = new RateLimiter({ ...options, name: 'orders per address', policies: addressLimit })
  }

  /**
   * Charges an order, before anything is done for it.
   *
   * @param customer whom it names: a name that is nobody's is charged to the address, or a new one each time would have no
   * limit.
   * @throws RateLimitedError with the time until the next one may come.
   */
  async charge(customer: string, address: string): Promise<void> {
    const isKnown = await this.#knownCustomers.has(customer)
    const [limiter, key] = isKnown ? [this.#perCustomer, customer] : [this.#perAddress, address]
    const { allowed, policies } = await limiter.consume(key)
    if (allowed) return
    throw new RateLimitedError({
      message: `Too many orders from ${isKnown ? `customer ${key}` : 'this address'}.`,
      retryAfter: Math.max(...policies.map(({ retryAfter }) => retryAfter ?? 0)),
    })
  }
}
