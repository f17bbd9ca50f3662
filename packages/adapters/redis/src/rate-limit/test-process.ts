import { redisRateLimitStore } from '@base/redis/rate-limit'
import { type RateLimitAlgorithm, RateLimiter } from '@base/resilience/rate-limiter'
import { Redis } from 'ioredis'

/**
 * `node test-process.ts <url> <algorithm> <key>`: asks for 100 a minute, 200 times at once and 200 times in turn, and prints how
 * often it was allowed.
 */
const [url = '', algorithm = '', key = ''] = process.argv.slice(2)
const client = new Redis(url)
const limiter = new RateLimiter({
  policies: [{ limit: 100, window: '1m', algorithm: algorithm as RateLimitAlgorithm }],
  store: redisRateLimitStore(client, { timeout: '20s' }),
  storeTimeout: '30s',
})

const results = await Promise.all(Array.from({ length: 200 }, () => limiter.consume(key)))
for (let call = 0; call < 200; call++) results.push(await limiter.consume(key))
console.log(results.filter(({ allowed, degraded }) => allowed && degraded === undefined).length)
client.disconnect()
