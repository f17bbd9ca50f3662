import { createCache } from '@base/cache/cache'
import type { CacheStore } from '@base/cache/store'
import { InvalidOptionError } from '@base/core/errors'
import { describeWithPrivateService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { createClient, createClientPool, createSentinel } from 'redis'
import { createClientPool as createClientPool5 } from 'redis-5'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { RedisClient } from '../connection/client.js'
import { CLIENTS, type TestClient } from '../test-clients.js'
import { testSentinel } from '../test-sentinel.js'
import { redisCacheStore } from './index.js'
import { entryOf, freshPrefix, patience, textAt, usedStore } from './test-store.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]

/** What the tests need of a client of node-redis. */
interface Opened {
  connect(): Promise<unknown>
  destroy(): unknown
}

async function keysOf(store: CacheStore, pattern: string): Promise<string[]> {
  const found = new Set<string>()
  for await (const key of store.scan(pattern)) found.add(key)
  return [...found].sort()
}

describeWithPrivateService('redis', {}, (redis) => {
  let admin: Redis
  beforeAll(() => {
    admin = new Redis(redis.url)
  })
  afterAll(() => admin.disconnect())

  describe.each(kinds)('redisCacheStore on %s', (kind) => {
    let opened: TestClient
    beforeAll(async () => {
      opened = await CLIENTS[kind](redis.url)
    })
    afterAll(() => opened[Symbol.asyncDispose]())

    test('keeps an entry under its own name, for as long as it is of use', async () => {
      const prefix = freshPrefix()
      const store = redisCacheStore(opened.client, { prefix })
      const now = Date.now()
      await store.set('user:1', { ...entryOf('Ada'), expiresAt: now + 1_000, staleUntil: now + 60_000 })
      expect((await admin.get(`{${prefix}}:user:1`))?.endsWith('Ada')).toBe(true)
      const left = await admin.pttl(`{${prefix}}:user:1`)
      expect(left > 50_000 && left <= 60_000).toBe(true)
    })

    test('touches no key of others, whatever it deletes, looks for or clears', async () => {
      const prefix = freshPrefix()
      const foreign = [`${prefix}:k`, `{${prefix}x}:k`, `{${prefix}}x:k`, `x{${prefix}}:k`, 'k', '*']
      await admin.mset(foreign.flatMap((key) => [key, 'theirs']))
      const store = redisCacheStore(opened.client, { prefix })
      const other = redisCacheStore(opened.client, { prefix: `${prefix}x` })
      await other.set('k', entryOf('other'))
      await store.set('k', entryOf('mine'))
      expect(await keysOf(store, '*')).toEqual(['k'])
      await store.delete(['k', '*', `{${prefix}x}:k`])
      await store.clear()
      await store.close()
      expect(await admin.mget(foreign)).toEqual(
        foreign.map((key) => (key === `{${prefix}x}:k` ? expect.any(String) : 'theirs')),
      )
      expect(await textAt(other, 'k')).toBe('other')
    })

    test('a key of another type where an entry would lie is none, and spoils nothing that is beside it', async () => {
      const prefix = freshPrefix()
      const store = await usedStore(opened.client, { prefix })
      await admin.hset(`{${prefix}}:alien`, 'field', 'theirs')
      await store.set('a', entryOf('old'))
      const { version } = await store.getMany(['a', 'alien'], [])
      // By its place the last: what stands before it would be gone, and not known to be deleted.
      await store.delete(['a', 'alien'])
      expect(await store.set('a', entryOf('stale'), { unlessDeletedSince: version })).toBe(false)

      await admin.hset(`{${prefix}}:alien`, 'field', 'theirs')
      await store.setMany(['a', 'alien', 'b'].map((key) => [key, entryOf(key)]))
      expect(await Promise.all(['a', 'alien', 'b'].map((key) => textAt(store, key)))).toEqual([
        'a',
        'alien',
        'b',
      ])

      await admin.hset(`{${prefix}}:alien too`, 'field', 'theirs')
      await store.clear()
      await expect.poll(() => keysOf(store, '*'), patience).toEqual(['alien too'])
    })

    test('clears by one step, and frees the room after it', async () => {
      const prefix = freshPrefix()
      const store = redisCacheStore(opened.client, { prefix, timeout: '10s' })
      const keys = Array.from({ length: 1_200 }, (_, index) => `k${index}`)
      const end = Number.POSITIVE_INFINITY
      await store.setMany(keys.map((key) => [key, { ...entryOf(key), expiresAt: end, staleUntil: end }]))
      await store.clear()
      await store.set('new', entryOf('new'))
      expect((await store.getMany(keys, [])).entries.every((entry) => entry === undefined)).toBe(true)
      await expect.poll(() => keysOf(store, '*'), patience).toEqual(['new'])
      expect(await textAt(store, 'new')).toBe('new')
    })

    test('forgets deletions after a minute, and refuses the loads that began before', async () => {
      const prefix = freshPrefix()
      const store = await usedStore(opened.client, { prefix })
      const { version: before } = await store.getMany([], [])
      const deleted = await store.delete(['a'])
      const { version: after } = await store.getMany([], [])
      // As if the deletion, and both loads, had been more than a minute ago.
      const past = Number(deleted) - 61_000_000
      const scores = { f: past - 10, l: past - 10, [`{${prefix}}:a`]: past }
      for (const [member, score] of Object.entries(scores))
        await admin.zadd(`{${prefix}}.deleted`, score, member)
      await store.delete(['b'])
      const members = await admin.zrange(`{${prefix}}.deleted`, '0', '-1')
      expect(members.sort()).toEqual(['f', 'l', `{${prefix}}:b`].sort())
      const old = BigInt(past - 1)
      expect(await store.set('x', entryOf('old'), { unlessDeletedSince: old })).toBe(false)
      expect(await store.set('x', entryOf('new'), { unlessDeletedSince: BigInt(past) })).toBe(true)
      expect(deleted).toBeGreaterThan(before as bigint)
      expect(deleted).toBeLessThanOrEqual(after as bigint)
    })

    test('keeps the marks of 100,000 tags; beyond, the oldest entries go with the oldest marks', async () => {
      const prefix = freshPrefix()
      const store = await usedStore(opened.client, { prefix, timeout: 20_000 })
      await store.bumpTags(['first'])
      await store.set('between', entryOf('between', ['first']))
      for (let from = 0; from < 100_000; from += 25_000)
        await store.bumpTags(Array.from({ length: 25_000 }, (_, index) => `tag ${from + index}`))
      await store.set('late', entryOf('late'))
      await store.bumpTags(['last'])
      expect(await admin.zcard(`{${prefix}}.tags`)).toBeLessThanOrEqual(100_001)
      expect(await textAt(store, 'k')).toBeUndefined()
      expect(await textAt(store, 'late')).toBe('late')
      const { marks, version = 0n } = await store.getMany([], ['tag 99999', 'last'])
      expect(marks.every((mark) => mark > 0n && mark <= version)).toBe(true)
    })

    test('reads in one tick as much as wanted, by as few commands as 500 keys each allow', async () => {
      const store = await usedStore(opened.client)
      await store.setMany(Array.from({ length: 1_001 }, (_, index) => [`m${index}`, entryOf(`${index}`)]))
      const before = await commands(admin)
      const reads = Array.from({ length: 1_001 }, (_, index) => textAt(store, `m${index}`))
      expect(await Promise.all(reads)).toEqual(Array.from({ length: 1_001 }, (_, index) => `${index}`))
      expect((await commands(admin)) - before).toBe(4)
    })

    test('what is only read lives on: each process that uses a cache sees to it', async () => {
      const prefix = freshPrefix()
      await usedStore(opened.client, { prefix })
      const sets = [`{${prefix}}.tags`, `{${prefix}}.deleted`]
      for (const set of sets) await admin.pexpire(set, 60_000)
      expect(await textAt(redisCacheStore(opened.client, { prefix }), 'k')).toBe('before')
      const lives = () => Promise.all(sets.map((set) => admin.pttl(set)))
      await expect.poll(async () => Math.min(...(await lives()))).toBeGreaterThan(29 * 24 * 3_600_000)
    })

    test('reads the marks of as many tags as wanted', async () => {
      const store = await usedStore(opened.client, { timeout: 20_000 })
      const tags = Array.from({ length: 50_000 }, (_, index) => `tag ${index}`)
      await store.bumpTags(tags.slice(0, 49_999))
      const { marks, version = 0n } = await store.getMany(['k'], tags)
      expect(marks.slice(0, -1).every((mark) => mark > 0n && mark <= version)).toBe(true)
      expect(marks.at(-1)).toBe(0n)
    })

    test('a read that is given up answers at once, and the others are read', async () => {
      const store = await usedStore(opened.client)
      const reason = new Error('enough')
      const controller = new AbortController()
      const given = store.getMany(['k'], [], { signal: controller.signal })
      const other = textAt(store, 'k')
      controller.abort(reason)
      await expect(given).rejects.toBe(reason)
      expect(await other).toBe('before')
    })

    test('a read, and a write of a load, are one round trip; a deletion and a set are two', async () => {
      const store = await usedStore(opened.client)
      const { version } = await store.getMany(['k'], ['t'])
      await store.delete(['x'])
      const taken = async (call: () => Promise<unknown>) => {
        const before = await commands(admin)
        await call()
        return (await commands(admin)) - before
      }
      expect(await taken(() => store.getMany(['k'], ['t']))).toBe(1)
      expect(await taken(() => store.set('k', entryOf('x'), { unlessDeletedSince: version }))).toBe(1)
      expect(await taken(() => store.set('k', entryOf('x')))).toBe(2)
      expect(await taken(() => store.delete(['k', 'l', 'm']))).toBe(2)
      expect(await taken(() => store.bumpTags(['t', 'u']))).toBe(1)
    })

    test('what others wrote under its names, or cut short, is a miss that a cache tells of', async () => {
      const prefix = freshPrefix()
      const store = await usedStore(opened.client, { prefix })
      const cache = createCache({ layers: [store], layerTimeouts: { read: '20s', write: '20s' } })
      const heard: unknown[] = []
      cache.on('error', ({ source, key }) => heard.push([source, key]))
      const whole = (await admin.getBuffer(`{${prefix}}:k`)) ?? Buffer.of()
      const digits = `1${'9'.repeat(16)}${'\0'.repeat(40)}`
      const texts = ['', '1', 'x'.repeat(200), '\x01{"forged":true}', digits, whole.subarray(0, 30)]
      for (const text of texts) {
        await admin.set(`{${prefix}}:odd`, text)
        expect(await cache.get('odd')).toBeUndefined()
        await store.delete(['odd'])
        await admin.del(`{${prefix}}:odd`)
      }
      expect(heard).toEqual(texts.map(() => ['codec', 'odd']))
    })

    test('a set of another type is named by the event', async () => {
      for (const kind of ['tags', 'deleted']) {
        const prefix = freshPrefix()
        const store = await usedStore(opened.client, { prefix })
        const cache = createCache({ layers: [store], layerTimeouts: { read: '20s', write: '20s' } })
        const heard: unknown[] = []
        cache.on('error', ({ error }) => heard.push(error))
        await admin.set(`{${prefix}}.${kind}`, 'theirs')
        await cache.get('k')
        expect(heard).toEqual([expect.objectContaining({ code: 'REDIS_REFUSED' })])
        expect(String(heard[0])).toContain(`{${prefix}}.${kind}`)
      }
    })

    test('an entry whose end has come takes the older one with it', async () => {
      const store = await usedStore(opened.client)
      const now = Date.now()
      expect(await store.set('k', { ...entryOf('x'), expiresAt: now - 1, staleUntil: now - 1 })).toBe(true)
      expect(await textAt(store, 'k')).toBeUndefined()
    })

    test('nothing at all may be asked, written, deleted and marked', async () => {
      const store = await usedStore(opened.client)
      expect(await store.setMany([])).toEqual([])
      expect(typeof (await store.delete([]))).toBe('bigint')
      await store.bumpTags([])
      expect((await store.getMany([], [])).entries).toEqual([])
    })
  })

  test("ioredis' keyPrefix stands before all names, and is no part of keys", async () => {
    const client = new Redis(redis.url, { keyPrefix: 'mine*:' })
    const prefix = freshPrefix()
    const store = await usedStore(client, { prefix })
    await store.setMany([
      ['a:1', entryOf('one')],
      ['a:2', entryOf('two')],
      ['b', entryOf('three')],
    ])
    expect(
      await admin.exists(`mine*:{${prefix}}:a:1`, `mine*:{${prefix}}.deleted`, `mine*:{${prefix}}.tags`),
    ).toBe(3)
    expect(await keysOf(store, 'a:*')).toEqual(['a:1', 'a:2'])
    const cache = createCache({ layers: [store] })
    await cache.deleteByPattern('a:*')
    expect(await keysOf(store, '*')).toEqual(['b', 'k'])
    await store.clear()
    await expect.poll(() => keysOf(store, '*'), patience).toEqual([])
    client.disconnect()
  })

  test('ioredis with automatic pipelines works as well', async () => {
    const client = new Redis(redis.url, { enableAutoPipelining: true })
    const store = await usedStore(client)
    expect(await Promise.all([textAt(store, 'k'), textAt(store, 'x')])).toEqual(['before', undefined])
    client.disconnect()
  })

  describe('two databases of a server are two caches, each of which begins anew by itself', () => {
    const expectTwo = async (clients: readonly RedisClient[]) => {
      const prefix = freshPrefix()
      const stores = clients.map((client) => redisCacheStore(client, { prefix, timeout: '20s' }))
      for (const store of stores) await store.set('k', entryOf('old'))
      await admin.script('FLUSH')
      for (const store of stores) expect(await textAt(store, 'k')).toBeUndefined()
    }

    test.each([
      ['ioredis', 'default'],
      ['ioredis, for a user who may not ask for it', 'unasked'],
    ])('%s', async (_, username) => {
      await admin.acl('SETUSER', 'unasked', 'on', 'nopass', '~*', '&*', '+@all', '-client|info')
      const { hostname, port, password } = new URL(redis.url)
      const clients = [0, 1].map(
        (db) => new Redis({ host: hostname, port: Number(port), username, password, db }),
      )
      await expectTwo(clients)
      for (const client of clients) client.disconnect()
    })

    test.each<[string, (database: number, sentinelPort: number) => Opened]>([
      ['redis 6', (database) => createClient({ url: redis.url, database })],
      ['a pool of redis 6', (database) => createClientPool({ url: redis.url, database })],
      ['a pool of redis 6, on RESP3', (database) => createClientPool({ url: redis.url, database, RESP: 3 })],
      ['a pool of redis 5', (database) => createClientPool5({ url: redis.url, database })],
      [
        'a sentinel of redis 6',
        (database, port) => {
          const { username, password } = new URL(redis.url)
          const sentinelRootNodes = [{ host: '127.0.0.1', port }]
          const nodeClientOptions = { username, password, database }
          return createSentinel({ name: 'it', RESP: 2, sentinelRootNodes, nodeClientOptions })
        },
      ],
    ])('%s', async (_, open) => {
      await using sentinel = await testSentinel(redis.url)
      const clients = [0, 1].map((database) => open(database, sentinel.port))
      for (const client of clients) await client.connect()
      await expectTwo(clients as unknown as RedisClient[])
      for (const client of clients) await client.destroy()
    })
  })

  test('a client that connects with its first command is connected by a read', async () => {
    const client = new Redis(redis.url, { lazyConnect: true })
    expect(await textAt(redisCacheStore(client), 'nothing')).toBeUndefined()
    client.disconnect()
  })

  test('a store that is closed leaves the client open, and no timer', async () => {
    const client = new Redis(redis.url)
    const store = await usedStore(client)
    await store.clear()
    await store.close()
    await store.close()
    expect(await client.ping()).toBe('PONG')
    expect(client.listenerCount('ready')).toBe(0)
    client.disconnect()
  })

  test('a clock that is given decides how long entries stay', async () => {
    const prefix = freshPrefix()
    const now = vi.fn(() => 1_000)
    const clock = { now, monotonic: now, schedule: () => ({ cancel: () => {} }), sleep: async () => {} }
    const store = redisCacheStore(admin, { prefix, clock: clock as never })
    await store.set('k', { ...entryOf('x'), expiresAt: 2_000, staleUntil: 31_000 })
    const left = await admin.pttl(`{${prefix}}:k`)
    expect(left > 20_000 && left <= 30_000).toBe(true)
  })
})

describe('redisCacheStore', () => {
  const client = new Redis({ lazyConnect: true })
  test.each([
    ['what is no client', () => redisCacheStore({} as never), 'client must be'],
    ['an empty prefix', () => redisCacheStore(client, { prefix: '' }), 'prefix must be a text'],
    [
      'a prefix with a brace',
      () => redisCacheStore(client, { prefix: 'a}' }),
      'prefix must be a text without braces',
    ],
    [
      'a prefix that is too long',
      () => redisCacheStore(client, { prefix: 'x'.repeat(129) }),
      'prefix must be a text',
    ],
    ['no time', () => redisCacheStore(client, { timeout: 0 }), 'timeout must be more'],
    ['a clock that is none', () => redisCacheStore(client, { clock: {} as never }), 'clock must'],
  ])('refuses %s', (_, make, message) => {
    expect(make).toThrow(InvalidOptionError)
    expect(make).toThrow(`@base/redis redisCacheStore: ${message}`)
  })
})

/** How many scripts the server has run. */
async function commands(admin: Redis): Promise<number> {
  const stats = await admin.info('commandstats')
  return ['evalsha', 'eval'].reduce(
    (sum, name) => sum + Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0),
    0,
  )
}
