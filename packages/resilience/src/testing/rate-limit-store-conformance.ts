import { type ConformanceOptions, laws, type Make } from '@base/core/testing'
import type { RateLimitStore } from '../rate-limiter/store.js'
import { identity } from './rate-limit-identity.js'
import { blocks, resets } from './rate-limit-orders.js'
import { costs, policies, spending } from './rate-limit-spending.js'
import { time } from './rate-limit-time.js'
import type { Law } from './rate-limits.js'

/**
 * What every {@link RateLimitStore} must do; a store is one when it passes this against the real system.
 *
 * `make` gives a store without counts. `advance(d)` lets a time of at most some seconds pass for it: in memory by its
 * TestClock, on a server by waiting. Laws allow a real system some time for each answer.
 *
 * @example
 * import { TestClock } from '@base/core/testing'
 * import { memoryRateLimitStore } from '@base/resilience/rate-limiter'
 * import { rateLimitStoreConformance } from '@base/resilience/testing'
 * import { test } from 'vitest'
 *
 * rateLimitStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memoryRateLimitStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function rateLimitStoreConformance(make: Make<RateLimitStore>, options: ConformanceOptions): void {
  const register = laws('RateLimitStore', make, options)
  const law: Law = (name, prove) => register(name, (store, advance) => prove({ store, advance }))
  spending(law)
  policies(law)
  costs(law)
  time(law)
  identity(law)
  resets(law)
  blocks(law)
}
