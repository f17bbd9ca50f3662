import { createIdempotency } from '@base/application/idempotency'
import { memoryCacheStore } from '@base/cache'
import type { Clock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'
import type { Secret } from '@base/core/secret'
import type { Logger } from '@base/observability/logger'
import { redisCacheBus, redisCacheStore } from '@base/redis/cache'
import { redisIdempotencyStore } from '@base/redis/idempotency'
import { redisLock } from '@base/redis/lock'
import { redisRateLimitStore } from '@base/redis/rate-limit'
import { memoryRateLimitStore } from '@base/resilience/rate-limiter'
import { Redis } from 'ioredis'
import { authStoresIn } from '../auth/auth-stores.ts'
import type { Coordination } from './coordination.ts'

/** Stands before all that is ours there. */
const NAME = 'orders-api'

/**
 * In a Redis. It need not be there when the service starts, nor all the time: reads and the cache go on without it, limits
 * are counted here, and what needs it is refused until it is back.
 *
 * @param timeout how long it may take for an answer; the cache has its own, shorter bounds.
 */
export function coordinateByRedis(
  url: Secret<string>,
  { timeout, clock, logger }: { timeout: Duration; clock: Clock; logger: Logger },
): Coordination {
  const client = new Redis(url.reveal())
  const subscriber = client.duplicate()
  tellChanges(client, logger)
  // Whatever becomes of it becomes of the other as well.
  subscriber.on('error', () => {})
  return {
    cache: {
      layers: [
        memoryCacheStore({ maxEntries: 10_000, clock }),
        redisCacheStore(client, { prefix: NAME, clock }),
      ],
      bus: redisCacheBus(client, { subscriber, channel: NAME }),
    },
    counts: {
      store: redisRateLimitStore(client, { timeout, prefix: `${NAME}:limit:` }),
      // The store itself gives up before, and charges nothing after that.
      storeTimeout: 2 * toMilliseconds(timeout),
      whenStoreFails: memoryRateLimitStore({ clock }),
    },
    lock: redisLock(client, { timeout, subscriber, prefix: `${NAME}:lock:` }),
    countedBy: 'redis',
    // An order takes less; who dies meanwhile is taken over so soon.
    repetitions: createIdempotency({
      store: redisIdempotencyStore(client, { timeout, prefix: `${NAME}:request:` }),
      lease: '10s',
    }),
    auth: authStoresIn(client, { timeout, prefix: NAME }),
    // A command of a client that is not connected would wait.
    answers: async () => client.status === 'ready' && (await client.ping()) === 'PONG',
    close: () => {
      for (const each of [client, subscriber]) each.disconnect()
    },
  }
}

/** Tells the log when Redis goes and when it is back, and not each attempt. */
function tellChanges(client: Redis, logger: Logger): void {
  let isAway = false
  client.on('error', (error) => {
    if (!isAway) logger.error({ err: error }, 'Redis does not answer, and is tried again until it does')
    isAway = true
  })
  client.on('ready', () => {
    if (isAway) logger.info('Redis answers again')
    isAway = false
  })
}
