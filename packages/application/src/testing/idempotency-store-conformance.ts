import { type ConformanceOptions, laws, type Make } from '@base/core/testing'
import type { IdempotencyStore } from '../idempotency/idempotency-store.js'
import { claims } from './claiming.js'
import { outcomes } from './keeping.js'
import { leases } from './leasing.js'
import { owners, returns } from './owning.js'
import { crowds, fences } from './racing.js'

/**
 * What every {@link IdempotencyStore} must do.
 *
 * `advance(d)` lets a time pass for the store: in memory by its TestClock, on a server by moving what it has noted.
 *
 * @example
 * import { idempotencyStoreConformance } from '@base/application/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * idempotencyStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memoryIdempotencyStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function idempotencyStoreConformance(make: Make<IdempotencyStore>, options: ConformanceOptions): void {
  const law = laws('IdempotencyStore', make, options)
  claims(law)
  outcomes(law)
  leases(law)
  owners(law)
  returns(law)
  fences(law)
  crowds(law)
}
