import type { Clock } from '@base/core/clock'
import { RateLimitedError } from '@base/core/errors'
import { RateLimiter, type RateLimitText } from '@base/resilience/rate-limiter'
import type { Coordination } from '../coordination/coordination.ts'
import type { KnownCustomers } from '../customers/known-customers.ts'

/** What {@link OrderLimits} counts by. */
export interface OrderLimitsOptions {
  /** Orders of one customer. */
  readonly perCustomer: RateLimitText
  /** Orders from one address that no customer of ours stands behind. */
  readonly perAddress: RateLimitText
  readonly knownCustomers: Pick<KnownCustomers, 'has'>
  /** Where they are counted. */
  readonly counts: Coordination['counts']
  readonly clock: Clock
}

/** Lets each customer, and each address of somebody who is none, try to place only so many orders in a time. */
export class OrderLimits {
  readonly #knownCustomers: Pick<KnownCustomers, 'has'>
  readonly #perCustomer: RateLimiter
  readonly #perAddress: RateLimiter

  constructor({ perCustomer, perAddress, knownCustomers, counts, clock }: OrderLimitsOptions) {
    const options = { ...counts, clock }
    this.#knownCustomers = knownCustomers
    this.#perCustomer = new RateLimiter({ ...options, name: 'orders per customer', policies: perCustomer })
    this.#perAddress = new RateLimiter({ ...options, name: 'orders per address', policies: perAddress })
  }

  /**
   * Charges an order, before anything is done for it.
   *
   * @param customer whom it names, if anybody: a name that is nobody's is charged to the address, or a new one each time
   * would have no limit.
   * @throws RateLimitedError with the time until the next one may come.
   */
  async charge(customer: string | undefined, address: string): Promise<void> {
    const isKnown = customer !== undefined && (await this.#knownCustomers.has(customer))
    const [limiter, key] = isKnown ? [this.#perCustomer, customer] : [this.#perAddress, address]
    const { allowed, policies } = await limiter.consume(key)
    if (allowed) return
    throw new RateLimitedError({
      message: `Too many orders from ${isKnown ? `customer ${key}` : 'this address'}.`,
      retryAfter: Math.max(...policies.map(({ retryAfter }) => retryAfter ?? 0)),
    })
  }
}
