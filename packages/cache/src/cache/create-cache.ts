import type { Cache } from './cache.js'
import type { CacheOptions } from './cache-options.js'
import { CacheCore } from './core.js'
import { LayeredCache } from './layered-cache.js'
import { settingsOf } from './settings.js'

/**
 * Makes a cache over one or more layers.
 *
 * A read asks the layers from the first to the last; what is found below fills those above for the rest of its life. A write
 * and an invalidation go to all of them, and over the bus to the caches of other processes. What runs at the same time
 * never costs more than one load of a key, and never brings back what was deleted.
 *
 * @example
 * const cache = createCache({ layers: [memoryCacheStore({ maxEntries: 10_000 })], ttl: '1m' })
 * const user = await cache.getOrSet('user:1', async () => ({ name: 'Ada' }), { tags: ['users'] })
 * await cache.deleteByTag('users')
 *
 * @throws InvalidOptionError naming the option.
 */
export function createCache(options: CacheOptions): Cache {
  const settings = settingsOf(options)
  return new LayeredCache(new CacheCore(settings), settings.scope)
}
