import { type Cache, createCache, memoryCacheStore } from '@base/cache'
import type { Component } from '@base/core/lifecycle'

/** The cache, and the part that closes it. */
export interface OpenCache {
  readonly cache: Cache
  readonly part: Component
}

/** A cache in this process. What another one changes, it does not hear of: an answer may be a minute old. */
export function openCache(): OpenCache {
  const cache = createCache({ layers: [memoryCacheStore({ maxEntries: 10_000 })], ttl: '1m' })
  return { cache, part: { name: 'cache', stop: () => cache.close() } }
}
