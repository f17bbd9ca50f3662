import { type ConformanceOptions, laws, type Make } from '@base/core/testing'
import type { ApiKeyStore } from '../api-keys/api-key-store.js'
import { ending, revokingAll } from './api-key-ending.js'
import { keeping, using } from './api-key-keeping.js'
import { races } from './api-key-racing.js'
import { overlapping, rotating } from './api-key-rotating.js'

/**
 * What every `ApiKeyStore` must do; a store is one when it passes this against the real system.
 *
 * `make` gives a store without keys. `advance(d)` lets a time of up to some weeks pass for it: in memory by its TestClock, on a
 * server by a clock that is given to it, or by moving what it has stored into the past.
 *
 * @example
 * import { memoryApiKeyStore } from '@base/auth/api-keys'
 * import { apiKeyStoreConformance } from '@base/auth/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * apiKeyStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memoryApiKeyStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function apiKeyStoreConformance(make: Make<ApiKeyStore>, options: ConformanceOptions): void {
  const law = laws('ApiKeyStore', make, options)
  keeping(law)
  using(law)
  rotating(law)
  overlapping(law)
  ending(law)
  revokingAll(law)
  races(law)
}
