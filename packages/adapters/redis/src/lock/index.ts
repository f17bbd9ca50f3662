export type { IoredisClient, NodeRedisClient, RedisClient } from '../connection/client.js'
export { type RedisLockOptions, redisLock } from './redis-lock.js'
