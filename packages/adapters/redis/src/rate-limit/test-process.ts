import { once } from 'node:events'
import { redisRateLimitStore } from '@base/redis/rate-limit'
import { RateLimiter } from '@base/resilience/rate-limiter'
import { Redis } from 'ioredis'

/**
 * `node test-process.ts <url> <key> <algorithm> <calls>`: once a line comes, makes so many calls as quickly as it can, and says how
 * many were allowed, and between which times of the server.
 */
const [url = '', key = '', algorithm = '', calls = ''] = process.argv.slice(2)
const client = new Redis(url)
const policy = { limit: 100, window: '1m', algorithm: algorithm as 'gcra' | 'fixed_window' } as const
const store = redisRateLimitStore(client, { timeout: '20s' })
const limiter = new RateLimiter({ name: 'shared', policies: [policy], store, storeTimeout: '30s' })
await client.ping()
console.log('ready')
await once(process.stdin, 'data')
const began = await serverTime()
const results = await Promise.all(Array.from({ length: Number(calls) }, () => limiter.consume(key)))
const ended = await serverTime()
const allowed = results.filter((result) => result.allowed && result.degraded === undefined).length
console.log(JSON.stringify({ allowed, began, ended }))
client.disconnect()
process.stdin.destroy()

/** In milliseconds. */
async function serverTime(): Promise<number> {
  const [seconds, microseconds] = await client.time()
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000
}
