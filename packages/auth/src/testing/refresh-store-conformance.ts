import { type ConformanceOptions, laws, type Make } from '@base/core/testing'
import type { RefreshStore } from '../tokens/refresh/refresh-store.js'
import { ends, revoking, revokingAll } from './refresh-ending.js'
import { finding, keeping } from './refresh-keeping.js'
import { crowds, failing, races } from './refresh-racing.js'
import { guesses, reuse, rotating, strictness } from './refresh-rotating.js'

/**
 * What every `RefreshStore` must do; a store is one when it passes this against the real system.
 *
 * `make` gives a store without families. `advance(d)` lets a time of up to some days pass for it: in memory by its
 * TestClock, on a server by a clock that is given to it, or by moving what it has stored into the past.
 *
 * @example
 * import { memoryRefreshStore } from '@base/auth/tokens'
 * import { refreshStoreConformance } from '@base/auth/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * refreshStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memoryRefreshStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function refreshStoreConformance(make: Make<RefreshStore>, options: ConformanceOptions): void {
  const law = laws('RefreshStore', make, options)
  keeping(law)
  finding(law)
  rotating(law)
  reuse(law)
  guesses(law)
  strictness(law)
  ends(law)
  revoking(law)
  revokingAll(law)
  races(law)
  crowds(law)
  failing(law)
}
