export type { IoredisClient, NodeRedisClient, RedisClient } from '../connection/client.js'
export {
  type RedisIdempotencyStore,
  type RedisIdempotencyStoreOptions,
  redisIdempotencyStore,
} from './redis-idempotency-store.js'
