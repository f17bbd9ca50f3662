import { createCache, memoryCacheStore } from '@base/cache'

/** A cache in this process. What another one changes, it does not hear of: an answer may be a minute old. */
export function openCache() {
  const cache = createCache({ layers: [memoryCacheStore({ maxEntries: 10_000 })], ttl: '1m' })
  return { cache, part: { name: 'cache', stop: () => cache.close() } }
}
