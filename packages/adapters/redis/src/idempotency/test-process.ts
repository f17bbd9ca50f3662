import { createIdempotency } from '@base/application/idempotency'
import { redisIdempotencyStore } from '@base/redis/idempotency'
import { Redis } from 'ioredis'

/**
 * `node test-process.ts <url> <key> hang`: takes the key, has its effect, says so, and never ends.
 * `node test-process.ts <url> <key> crowd`: sends 25 equal requests at once, and prints their values.
 */
const [url = '', key = '', what] = process.argv.slice(2)
const client = new Redis(url)
const store = redisIdempotencyStore(client, { timeout: '10s' })
const idempotency = createIdempotency({ store, lease: '1h', wait: '1m' })

const request = () =>
  idempotency.run(key, 'f', async () => {
    await client.incr(`effects of ${key}`)
    if (what === 'hang') {
      console.log('running')
      await new Promise((resolve) => setTimeout(resolve, 600_000))
    }
    return `effect of ${process.pid}`
  })

if (what === 'hang') await request()
const results = await Promise.all(Array.from({ length: 25 }, request))
console.log(JSON.stringify(results.map(({ value, replayed }) => [value, replayed])))
client.disconnect()
