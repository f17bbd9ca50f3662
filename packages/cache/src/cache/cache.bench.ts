import { createCache, memoryCacheStore } from '@base/cache'
import { bench } from '@base-internal/tools/bench'
import { createCache as createDedupe } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { createCache as createManager } from 'cache-manager'
import { Cacheable } from 'cacheable'
import { LRUCache } from 'lru-cache'

const KEYS = 1_000
const HOUR = 3_600_000

interface User {
  readonly id: number
  readonly name: string
}

const keys = Array.from({ length: KEYS }, (_, id) => `user:${id}`)
const users: readonly User[] = keys.map((_, id) => ({ id, name: 'Ada' }))
const keyOf = (index: number) => keys[index % KEYS] as string
const load = async (index: number): Promise<User> => users[index % KEYS] as User

const ours = createCache({ layers: [memoryCacheStore()], ttl: '1h' })
const tagged = createCache({ layers: [memoryCacheStore()], ttl: '1h' })
const bento = new BentoCache({
  default: 'memory',
  stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: 10_000 })) },
})
const cacheable = new Cacheable({ ttl: HOUR })
const manager = createManager({ ttl: HOUR })
const dedupe = createDedupe({ ttl: 3_600, storage: { type: 'memory' } }).define('user', load)
const lru = new LRUCache<string, User>({ max: 10_000, ttl: HOUR })
const fetching = new LRUCache<string, User, number>({
  max: 10_000,
  ttl: HOUR,
  fetchMethod: (_key, _stale, { context }) => load(context),
})

for (const [index, key] of keys.entries()) {
  const user = users[index] as User
  await ours.set(key, user)
  await tagged.set(key, user, { tags: ['users', 'people', `team:${index % 10}`] })
  await bento.set({ key, value: user, ttl: HOUR })
  await cacheable.set(key, user)
  await manager.set(key, user)
  lru.set(key, user)
}

let coldKeys = 0
const together = async (ask: (key: string) => Promise<User>) => {
  const key = `cold:${coldKeys++}`
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => ask(key)))
  return answers.length
}

await bench({
  name: '@base/cache/cache',
  ours: '@base/cache',
  workloads: {
    'get, a hit in memory': {
      floor: (index) => load(index),
      contestants: {
        '@base/cache': (index) => ours.get<User>(keyOf(index)),
        '@base/cache, three tags': (index) => tagged.get<User>(keyOf(index)),
        bentocache: (index) => bento.get<User>({ key: keyOf(index) }),
        cacheable: (index) => cacheable.get<User>(keyOf(index)),
        'cache-manager': (index) => manager.get<User>(keyOf(index)),
        'lru-cache, without a promise': (index) => lru.get(keyOf(index)),
      },
    },
    'getOrSet, a hit in memory': {
      floor: (index) => load(index),
      contestants: {
        '@base/cache': (index) => ours.getOrSet(keyOf(index), () => load(index)),
        bentocache: (index) => bento.getOrSet({ key: keyOf(index), ttl: HOUR, factory: () => load(index) }),
        cacheable: (index) => cacheable.getOrSet(keyOf(index), () => load(index)),
        'cache-manager': (index) => manager.wrap(keyOf(index), () => load(index)),
        'async-cache-dedupe': (index) => dedupe.user(index % KEYS),
        'lru-cache fetch': (index) => fetching.fetch(keyOf(index), { context: index }),
      },
    },
    '1,000 callers of a cold key': {
      contestants: {
        '@base/cache': () => together((key) => ours.getOrSet(key, () => load(0))),
        bentocache: () => together((key) => bento.getOrSet({ key, ttl: HOUR, factory: () => load(0) })),
        'async-cache-dedupe': () => {
          const index = KEYS + coldKeys++
          return Promise.all(Array.from({ length: 1_000 }, () => dedupe.user(index))).then(
            ({ length }) => length,
          )
        },
      },
    },
  },
})
process.exit()
