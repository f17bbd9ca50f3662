export type {
  CacheStore,
  Entry,
  NewEntry,
  StoreRead,
  StoreReadOptions,
  StoreSetOptions,
} from './cache-store.js'
export { type MemoryCacheStoreOptions, memoryCacheStore } from './memory-cache-store.js'
