import { redisLock } from '@base/redis/lock'
import { bench } from '@base-internal/tools/bench'
import { services } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { Mutex } from 'redis-semaphore'
// @ts-expect-error Its exports hide its types.
import Redlock from 'redlock'

const TTL = 10_000

const service = await services.redis()
const client = new Redis(service.url)
const nodeRedis = await createClient({ url: service.url }).connect()

const ours = redisLock(client)
const onNodeRedis = redisLock(nodeRedis, { prefix: 'node-redis:' })
const redlock = new Redlock([client])
const names = Array.from({ length: 100 }, (_, index) => `resource ${index}`)
const nameOf = (index: number) => names[index % names.length] as string

await bench({
  name: '@base/redis/lock',
  ours: '@base/redis',
  workloads: {
    'acquire and release': {
      floor: async (index) => {
        await client.set(`plain:${nameOf(index)}`, 'holder', 'PX', TTL, 'NX')
        return (await client.del(`plain:${nameOf(index)}`)) === 1
      },
      contestants: {
        '@base/redis': async (index) => {
          const lease = await ours.acquire(nameOf(index), { ttl: TTL })
          return (await lease.release()).released
        },
        '@base/redis on node-redis': async (index) => {
          const lease = await onNodeRedis.acquire(nameOf(index), { ttl: TTL })
          return (await lease.release()).released
        },
        redlock: async (index) => {
          const lock = await redlock.acquire([`redlock:${nameOf(index)}`], TTL)
          return (await lock.release()).attempts.length === 1
        },
        'redis-semaphore': async (index) => {
          const mutex = new Mutex(client, nameOf(index), { lockTimeout: TTL })
          await mutex.acquire()
          await mutex.release()
          return true
        },
      },
    },
  },
})

client.disconnect()
nodeRedis.destroy()
await service.close()
