import { type Cache, createCache, memoryCacheStore } from '@base/cache'
import type { Clock } from '@base/core/clock'
import type { Customers } from './customer.ts'

/** Who is a customer, remembered, for it is asked with every order: whoever is one stays one. */
export class KnownCustomers {
  readonly #customers: Pick<Customers, 'findById'>
  readonly #cache: Cache

  constructor(customers: Pick<Customers, 'findById'>, clock: Clock) {
    this.#customers = customers
    this.#cache = createCache({
      namespace: 'known-customers',
      ttl: '1h',
      layers: [memoryCacheStore({ maxEntries: 10_000, clock })],
      clock,
    })
  }

  /** Not within a unit of work, which has a connection: this may want another one. */
  has(username: string): Promise<boolean> {
    return this.#cache.getOrSet(username, async ({ skip }) => {
      const isKnown = (await this.#customers.findById(username)) !== undefined
      // Tomorrow it may be one.
      if (!isKnown) skip()
      return isKnown
    })
  }

  close(): Promise<void> {
    return this.#cache.close()
  }
}
