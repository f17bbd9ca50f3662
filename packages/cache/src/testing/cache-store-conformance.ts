import { type ConformanceOptions, laws, type Make } from '@base/core/testing'
import type { CacheStore } from '../store/cache-store.js'
import { clearing, closing } from './store-clearing.js'
import { loading } from './store-loading.js'
import { reading } from './store-reading.js'
import { remembering } from './store-remembering.js'
import { searching } from './store-searching.js'
import { tagging } from './store-tagging.js'
import { writing } from './store-writing.js'

/**
 * What every {@link CacheStore} must do; a store is one when it passes this against the real system. `advance` lets ten
 * seconds and more pass for the store.
 *
 * @example
 * import { cacheStoreConformance } from '@base/cache/testing'
 * import { TestClock } from '@base/core/testing'
 * import { test } from 'vitest'
 *
 * cacheStoreConformance(
 *   () => {
 *     const clock = new TestClock()
 *     return { subject: memoryCacheStore({ clock }), advance: (d) => clock.advance(d), dispose: () => {} }
 *   },
 *   { test },
 * )
 */
export function cacheStoreConformance(
  make: Make<CacheStore> | Make<CacheStore<Uint8Array>>,
  options: ConformanceOptions,
): void {
  const law = laws('CacheStore', make as Make<CacheStore>, options)
  reading(law)
  writing(law)
  loading(law)
  remembering(law)
  tagging(law)
  searching(law)
  clearing(law)
  closing(law)
}
