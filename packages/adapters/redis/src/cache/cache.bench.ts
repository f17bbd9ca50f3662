import { createCache } from '@base/cache/cache'
import { redisCacheStore } from '@base/redis/cache'
import { bench } from '@base-internal/tools/bench'
import { services } from '@base-internal/tools/services'
import { createKeyv } from '@keyv/redis'
import { BentoCache, bentostore } from 'bentocache'
import { redisDriver } from 'bentocache/drivers/redis'
import { Cacheable } from 'cacheable'
import { Redis } from 'ioredis'

const KEYS = 1_000
const HOUR = 3_600_000
/** So many are asked for at once, each by a call of its own. */
const DEPTH = 100

const redis = await services.redis()
const client = new Redis(redis.url)
const store = redisCacheStore(client, { timeout: '10s' })
const ours = createCache({ layers: [store], ttl: '1h' })
const bento = new BentoCache({
  default: 'redis',
  stores: { redis: bentostore().useL2Layer(redisDriver({ connection: client as never })) },
})
const cacheable = new Cacheable({ primary: createKeyv(redis.url), ttl: HOUR })

const keys = Array.from({ length: KEYS }, (_, id) => `user:${id}`)
const keyOf = (index: number) => keys[index % KEYS] as string
for (const [id, key] of keys.entries()) {
  const user = { id, name: 'Ada Lovelace', bio: 'x'.repeat(180) }
  await client.set(`plain:${key}`, JSON.stringify(user))
  await ours.set(key, user)
  await bento.set({ key, value: user, ttl: HOUR })
  await cacheable.set(key, user)
}

let asked = 0
const together = (ask: (key: string) => Promise<unknown>) =>
  Promise.all(Array.from({ length: DEPTH }, () => ask(keyOf(asked++))))
/** The users that were found, whichever they are. */
const count = (found: readonly unknown[]): number =>
  found.filter((one) => one !== undefined && one !== null).length

await bench({
  name: '@base/redis/cache',
  ours: '@base/redis',
  workloads: {
    [`a store reads, ${DEPTH} at once`]: {
      contestants: {
        '@base/redis': {
          run: () => together(async (key) => (await store.getMany([key], [])).entries[0]?.value),
          read: count,
        },
        'ioredis GET': { run: () => together((key) => client.getBuffer(`plain:${key}`)), read: count },
      },
    },
    [`a cache reads, ${DEPTH} at once`]: {
      contestants: {
        '@base/redis': { run: () => together((key) => ours.get(key)), read: count },
        'ioredis GET and JSON.parse': {
          run: () => together(async (key) => JSON.parse((await client.get(`plain:${key}`)) ?? '')),
          read: count,
        },
        bentocache: { run: () => together((key) => bento.get({ key })), read: count },
        cacheable: { run: () => together((key) => cacheable.get(key)), read: count },
      },
    },
    'a store reads, one after the other': {
      contestants: {
        '@base/redis': async (index) => (await store.getMany([keyOf(index)], [])).entries.length,
        'ioredis GET': async (index) => ((await client.getBuffer(`plain:${keyOf(index)}`)) === null ? 0 : 1),
      },
    },
  },
})
await ours.close()
client.disconnect()
await redis.close()
process.exit()
