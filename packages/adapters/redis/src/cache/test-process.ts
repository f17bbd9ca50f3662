import { createInterface } from 'node:readline'
import { createCache } from '@base/cache/cache'
import { memoryCacheStore } from '@base/cache/store'
import { systemClock } from '@base/core/clock'
import { redisCacheBus, redisCacheStore } from '@base/redis/cache'
import { redisLock } from '@base/redis/lock'
import { patientClock } from '@base-internal/tools/patient-clock'
import { Redis } from 'ioredis'

/**
 * `node test-process.ts <url> <prefix>`: a process with a cache of two layers, which does what it is told, a line each:
 * `get <key>`; `set <key> <value>`; `delete <key>`; `until-gone <key>`, which reads until there is nothing; `load <key> <callers>`,
 * whose loads are counted in Redis; `slow-load <key>`, which says so when it has begun, and ends at the next line; `end`. It
 * answers each with a line of JSON.
 */
const [url = '', prefix = ''] = process.argv.slice(2)
const client = new Redis(url)
// Nine processes on two cores may wait longer for their turn than a cache does for its layers.
const timeout = '30s'
const cache = createCache({
  layers: [memoryCacheStore(), redisCacheStore(client, { prefix, timeout })],
  bus: redisCacheBus(client, { subscriber: new Redis(url), channel: prefix, timeout }),
  lock: redisLock(client, { prefix: `${prefix}-lock:`, timeout }),
  clock: patientClock(systemClock),
})
const say = (answer: unknown) => console.log(JSON.stringify(answer ?? null))
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const next = async () => String((await lines.next()).value ?? 'end')

async function untilGone(key: string): Promise<number> {
  for (;;) {
    if ((await cache.get(key)) === undefined) return Date.now()
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

async function load(key: string, callers: number): Promise<unknown[]> {
  const one = () =>
    cache.getOrSet(key, async () => {
      const count = await client.incr(`${prefix} loads of ${key}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
      return `load ${count}`
    })
  return [...new Set(await Promise.all(Array.from({ length: callers }, one)))]
}

async function slowLoad(key: string): Promise<unknown> {
  return cache.getOrSet(key, async () => {
    say('loading')
    await next()
    return 'old'
  })
}

await cache.get('warm')
say('ready')
for (;;) {
  const [what = '', key = '', rest = ''] = (await next()).split(' ')
  if (what === 'end') break
  if (what === 'get') say(await cache.get(key))
  if (what === 'set') say(await cache.set(key, rest))
  if (what === 'delete') {
    const at = Date.now()
    await cache.delete(key)
    say(at)
  }
  if (what === 'until-gone') say(await untilGone(key))
  if (what === 'load') say(await load(key, Number(rest)))
  if (what === 'slow-load') say(await slowLoad(key))
}
process.exit()
