export type { IoredisClient, NodeRedisClient, RedisClient } from '../connection/client.js'
export {
  type RedisRateLimitStore,
  type RedisRateLimitStoreOptions,
  redisRateLimitStore,
} from './redis-rate-limit-store.js'
