import { createCache, memoryCacheStore } from '@base/cache'
import { redisCheck } from '@base/observability/health'
import { redisCacheBus, redisCacheStore } from '@base/redis/cache'
import { Redis } from 'ioredis'
import manifest from '../package.json' with { type: 'json' }
import type { Config } from './config.ts'
import type { Telemetry } from './telemetry.ts'

/** A cache in this process and in Redis, whose bus tells all processes what has changed. It works without Redis too. */
export function openCache({ redisUrl }: Pick<Config, 'redisUrl'>, { logger }: Pick<Telemetry, 'logger'>) {
  const { name } = manifest
  const client = new Redis(redisUrl.reveal())
  const subscriber = client.duplicate()
  client.on('error', (error) => logger.warn({ err: error }, 'Redis does not answer'))
  // Whatever becomes of it becomes of the other as well.
  subscriber.on('error', () => {})
  const cache = createCache({
    layers: [memoryCacheStore({ maxEntries: 10_000 }), redisCacheStore(client, { prefix: name })],
    bus: redisCacheBus(client, { subscriber, channel: name }),
    ttl: '1m',
  })
  const stop = async () => {
    await cache.close()
    for (const each of [client, subscriber]) each.disconnect()
  }
  return { cache, check: redisCheck(client), part: { name: 'cache', stop } }
}
