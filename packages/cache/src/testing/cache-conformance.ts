import { type ConformanceOptions, laws, type Make } from '@base/core/testing'
import type { Cache } from '../cache/cache.js'
import { loads } from './cache-loads.js'
import { namespaces, tags } from './cache-scopes.js'
import { values } from './cache-values.js'

/**
 * What a {@link Cache} must do over any layers, such as memory above a store of yours. It needs a ttl of at least a minute
 * and no jitter.
 *
 * @example
 * import { cacheConformance } from '@base/cache/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * cacheConformance(
 *   () => {
 *     const clock = new TestClock()
 *     const cache = createCache({ layers: [memoryCacheStore({ clock })], jitter: [0, 0], clock })
 *     return { subject: cache, advance: (d) => clock.advance(d), dispose: () => cache.close() }
 *   },
 *   { test },
 * )
 */
export function cacheConformance(make: Make<Cache>, options: ConformanceOptions): void {
  const law = laws('Cache', make, options)
  values(law)
  loads(law)
  tags(law)
  namespaces(law)
}
