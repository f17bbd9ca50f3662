export { type CacheBus, memoryCacheBus, type SubscribeOptions } from './bus/index.js'
export {
  type Cache,
  type CachedEntry,
  type CachedFunction,
  type CachedOptions,
  type CacheErrorEvent,
  type CacheEventName,
  type CacheEvents,
  type CacheKeyEvent,
  type CacheOptions,
  type CacheStats,
  createCache,
  type EntryOptions,
  type InvalidationRule,
  type LoadContext,
  type LoadOptions,
  type WarmUpResult,
} from './cache/index.js'
export {
  type CacheStore,
  type Entry,
  type MemoryCacheStoreOptions,
  memoryCacheStore,
  type NewEntry,
  type StoreRead,
  type StoreReadOptions,
  type StoreSetOptions,
} from './store/index.js'
