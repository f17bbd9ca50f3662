import { createCache, memoryCacheStore } from '@base/cache'
import type { Clock } from '@base/core/clock'
import type { Customers } from './customer.ts'

export type KnownCustomers = ReturnType<typeof openKnownCustomers>

/** Who is a customer, remembered, for it is asked with every order: whoever is one stays one. */
export function openKnownCustomers(
  { customers }: { readonly customers: Pick<Customers, 'findById'> },
  clock: Clock,
) {
  const layers = [memoryCacheStore({ maxEntries: 10_000, clock })]
  const cache = createCache({ namespace: 'known-customers', ttl: '1h', layers, clock })
  return {
    /** Not within a unit of work, which has a connection: this may want another one. */
    has: (username: string): Promise<boolean> =>
      cache.getOrSet(username, async ({ skip }) => {
        const isKnown = (await customers.findById(username)) !== undefined
        // Tomorrow it may be one.
        if (!isKnown) skip()
        return isKnown
      }),
    close: () => cache.close(),
  }
}
