import { redisRateLimitStore } from '@base/redis/rate-limit'
import { RateLimiter } from '@base/resilience/rate-limiter'
import { bench } from '@base-internal/tools/bench'
import { services } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { RateLimiterRedis } from 'rate-limiter-flexible'

const AT_ONCE = 50
const POINTS = 1_000_000_000

const service = await services.redis()
const client = new Redis(service.url)
const keys = Array.from({ length: 1_000 }, (_, id) => `customer-${id}`)

const limiterOf = (algorithm: 'gcra' | 'fixed_window') =>
  new RateLimiter({
    name: algorithm,
    policies: [{ limit: POINTS, window: '1m', algorithm }],
    store: redisRateLimitStore(client),
  })
const gcra = limiterOf('gcra')
const fixed = limiterOf('fixed_window')
const theirs = new RateLimiterRedis({ storeClient: client, points: POINTS, duration: 60 })

/** So many at once, as a service under load asks. */
const together = async (index: number, ask: (key: string) => Promise<unknown>) => {
  const asked = Array.from({ length: AT_ONCE }, (_, each) =>
    ask(keys[(index * AT_ONCE + each) % keys.length] as string),
  )
  return (await Promise.all(asked)).length
}

await bench({
  name: '@base/redis/rate-limit',
  ours: '@base/redis, gcra',
  workloads: {
    [`${AT_ONCE} calls at once`]: {
      floor: (index) => together(index, (key) => client.incr(`plain:${key}`)),
      contestants: {
        '@base/redis, gcra': (index) => together(index, (key) => gcra.consume(key)),
        '@base/redis, fixed window': (index) => together(index, (key) => fixed.consume(key)),
        'rate-limiter-flexible': (index) => together(index, (key) => theirs.consume(key)),
      },
    },
  },
})

client.disconnect()
await service.close()
process.exit()
