export type { IoredisClient, NodeRedisClient, RedisClient } from '../connection/client.js'
export { type RedisCacheBusOptions, redisCacheBus } from './redis-cache-bus.js'
export { type RedisCacheStoreOptions, redisCacheStore } from './redis-cache-store.js'
