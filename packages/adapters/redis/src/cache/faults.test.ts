import { type Cache, createCache } from '@base/cache/cache'
import { type CacheStore, memoryCacheStore } from '@base/cache/store'
import { askRedis, describeWithPrivateService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { CLIENTS, type TestClient } from '../test-clients.js'
import { redisCacheBus, redisCacheStore } from './index.js'
import {
  entryOf,
  expectRecovery,
  expectUnavailable,
  freshPrefix,
  patience,
  rejection,
  textAt,
  usedStore,
} from './test-store.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]
describeWithPrivateService('redis', { settings: { appendonly: 'no' } }, (redis) => {
  describe.each(kinds)('%s', (kind) => {
    const open = (): Promise<TestClient> => CLIENTS[kind](redis.url)

    test('a server that is frozen: every call ends in time, and what it knew is still there', async () => {
      await using opened = await open()
      const store = await usedStore(opened.client, { timeout: 200 })
      await redis.pause()
      try {
        await expectUnavailable(store)
      } finally {
        await redis.resume()
      }
      await expect.poll(() => textAt(store, 'k').catch(() => 'away'), patience).toBe('before')
      await expectRecovery(store)
    })

    test('a server that pauses its clients: every call ends in time', async () => {
      await using opened = await open()
      const store = await usedStore(opened.client, { timeout: 50 })
      await askRedis(redis.url, ['CLIENT', 'PAUSE', '3000', 'ALL'])
      await expectUnavailable(store)
      await expectRecovery(store)
    })

    test('connections that are cut: no call hangs, and the next ones work', async () => {
      await using opened = await open()
      const store = await usedStore(opened.client)
      for (let round = 0; round < 5; round++) {
        const reads = Promise.allSettled(Array.from({ length: 50 }, () => textAt(store, 'k')))
        await askRedis(redis.url, ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
        for (const result of await reads) {
          if (result.status === 'fulfilled') expect(result.value).toBe('before')
          else expect(result.reason).toMatchObject({ code: 'REDIS_UNAVAILABLE' })
        }
      }
      await expect.poll(() => textAt(store, 'k').catch(() => undefined), patience).toBe('before')
    })

    test('a server that dies and comes back without its data: loads that began before are refused', async () => {
      await using opened = await open()
      const store = await usedStore(opened.client)
      const { version } = await store.getMany(['gone'], ['t'])
      await store.delete(['gone'])
      await redis.kill()
      await redis.start()
      await expect
        .poll(
          () => store.set('gone', entryOf('old'), { unlessDeletedSince: version }).catch(() => undefined),
          patience,
        )
        .toBe(false)
      expect(await textAt(store, 'gone')).toBeUndefined()
      expect((await store.getMany([], [])).version).toBeGreaterThan(version as bigint)
      await expectRecovery(store)
    })

    test('a server that dies and comes back with an older state: nothing of it is read', async () => {
      await using opened = await open()
      const prefix = freshPrefix()
      const store = await usedStore(opened.client, { prefix })
      await store.set('deleted', entryOf('old'))
      await store.set('tagged', entryOf('old', ['t']))
      const { version } = await store.getMany(['deleted'], [])
      await askRedis(redis.url, ['SAVE'])
      await store.delete(['deleted'])
      await store.bumpTags(['t'])
      await redis.kill()
      await redis.start()
      expect(await askRedis(redis.url, ['EXISTS', `{${prefix}}:deleted`])).toEqual(['1'])

      await expect.poll(() => textAt(store, 'deleted').catch(() => 'away'), patience).toBeUndefined()
      expect(await textAt(store, 'tagged')).toBeUndefined()
      expect(await store.set('deleted', entryOf('old'), { unlessDeletedSince: version })).toBe(false)
      await expectRecovery(store)
    })

    test('a store whose first call found nobody works once the server is there', async () => {
      await using opened = await open()
      const store = redisCacheStore(opened.client, { prefix: freshPrefix(), timeout: 200 })
      await redis.kill()
      try {
        await expectUnavailable(store)
      } finally {
        await redis.start()
      }
      await expectRecovery(store)
    })

    test('scripts that a server has forgotten are told again', async () => {
      await using opened = await open()
      const store = await usedStore(opened.client)
      await askRedis(redis.url, ['SCRIPT', 'FLUSH'])
      await store.set('a', entryOf('one'))
      expect(await textAt(store, 'a')).toBe('one')
    })

    test('a cache serves what it has in memory, loads the rest, and never waits long', async () => {
      await using opened = await open()
      const bus = redisCacheBus(opened.client, {
        subscriber: await opened.subscriber(),
        channel: freshPrefix(),
      })
      const layers = [memoryCacheStore(), redisCacheStore(opened.client, { prefix: freshPrefix() })]
      const cache = createCache({ layers, bus, jitter: [0, 0] })
      await cache.set('here', 1)
      await redis.kill()
      try {
        expect(await cache.get('here')).toBe(1)
        expect(await cache.getOrSet('cold', () => 2)).toBe(2)
        expect(await cache.getOrSet('cold', () => 3)).toBe(2)
        await cache.delete('here')
        expect(await cache.get('here')).toBeUndefined()
      } finally {
        await redis.start()
      }
      await expect.poll(() => isShared(cache, layers[1] as CacheStore), patience).toBe(true)
      expect(await cache.get('here')).toBeUndefined()
      await cache.close()
    })

    test('a deletion that could not be told is told when the server is back', async () => {
      await using opened = await open()
      const store = redisCacheStore(opened.client, { prefix: freshPrefix(), timeout: 300 })
      const [cache, other] = [
        createCache({ layers: [memoryCacheStore(), store] }),
        createCache({ layers: [store] }),
      ]
      await cache.set('k', 'old')
      await redis.pause()
      await cache.delete('k')
      expect(await cache.get('k')).toBeUndefined()
      await redis.resume()
      await expect.poll(() => other.get('k'), patience).toBeUndefined()
      const again = () => cache.getOrSet('k', () => 'new').then(() => other.get('k'))
      await expect.poll(again, patience).toBe('new')
      await Promise.all([cache.close(), other.close()])
    })
  })
})

describeWithPrivateService('redis', {}, (redis) => {
  test.each(kinds)(
    '%s and a server that keeps what it was told: a deletion outlives a crash',
    async (kind) => {
      await using opened = await CLIENTS[kind](redis.url)
      const store = await usedStore(opened.client)
      const { version } = await store.getMany(['k'], [])
      await store.delete(['k'])
      await redis.kill()
      await redis.start()
      const write = () => store.set('k', entryOf('old'), { unlessDeletedSince: version })
      await expect.poll(() => write().catch(() => undefined), patience).toBe(false)
      expect(await textAt(store, 'k')).toBeUndefined()
      await expectRecovery(store)
    },
  )
})

describe('a server without room', () => {
  describeWithPrivateService('redis', { settings: { maxmemory: '8mb' } }, (redis) => {
    test.each(kinds)('%s: it is read and deleted from, and not written to', async (kind) => {
      await using opened = await CLIENTS[kind](redis.url)
      const store = await usedStore(opened.client)
      const error = await rejection(fill(store))
      expect(error).toMatchObject({ code: 'REDIS_OUT_OF_MEMORY', kind: 'unavailable' })
      expect(await textAt(store, 'k')).toBe('before')
      const { version } = await store.getMany(['k'], [])

      await store.bumpTags(['t'])
      await store.delete(['k'])
      expect(await textAt(store, 'k')).toBeUndefined()
      expect((await store.getMany([], ['t'])).marks[0]).toBeGreaterThan(version as bigint)
      await store.delete(fillers)
      expect(await store.set('k', entryOf('old'), { unlessDeletedSince: version })).toBe(false)
      await expectRecovery(store)
    })
  })

  const settings = { maxmemory: '3mb', 'maxmemory-policy': 'allkeys-lru' }
  describeWithPrivateService('redis', { settings }, (redis) => {
    test.each(kinds)('%s: it evicts, and nothing wrong is served', async (kind) => {
      await using opened = await CLIENTS[kind](redis.url)
      const store = await usedStore(opened.client)
      const keys = Array.from({ length: 41 }, (_, index) => `k${index}`)
      const newest = new Map<string, string>()
      for (let round = 0; round < 150; round++) {
        const key = keys[(round * 7) % keys.length] as string
        const text = `${round}`.padEnd(100_000)
        const { version } = await store.getMany([key], [])
        const isDeleted = round % 3 === 0
        if (isDeleted) await store.delete([key])
        const written = await store.set(key, entryOf(text), { unlessDeletedSince: version })
        expect(written && isDeleted).toBe(false)
        if (isDeleted) newest.delete(key)
        if (written) newest.set(key, text)
        const { entries } = await store.getMany(keys, [])
        for (const [index, entry] of entries.entries())
          if (entry !== undefined)
            expect(Buffer.from(entry.value).toString()).toBe(newest.get(keys[index] as string))
      }
      const admin = new Redis(redis.url)
      expect(Number(/evicted_keys:(\d+)/.exec(await admin.info('stats'))?.[1])).toBeGreaterThan(0)
      admin.disconnect()
    })
  })

  describeWithPrivateService('redis', {}, (redis) => {
    test.each([
      ['what was deleted', 'deleted'],
      ['the marks of tags', 'tags'],
    ])('that has evicted %s vouches for nothing older', async (_, name) => {
      await using opened = await CLIENTS['ioredis 6'](redis.url)
      const prefix = freshPrefix()
      const store = await usedStore(opened.client, { prefix })
      const { version } = await store.getMany(['k'], ['t'])
      await store.delete(['x'])
      await store.bumpTags(['t'])
      await askRedis(redis.url, ['DEL', `{${prefix}}.${name}`])
      expect(await textAt(store, 'k')).toBeUndefined()
      expect(await store.set('x', entryOf('old'), { unlessDeletedSince: version })).toBe(false)
      await expectRecovery(store)
    })
  })
})

const fillers = Array.from({ length: 200 }, (_, index) => `filler-${index}`)

async function fill(store: CacheStore<Uint8Array>): Promise<void> {
  for (const key of fillers) await store.set(key, entryOf('x'.repeat(100_000)))
}

/** Whether another cache would find what this one loads. */
async function isShared(cache: Cache, store: CacheStore): Promise<boolean> {
  const key = `shared-${Math.random()}`
  await cache.getOrSet(key, () => 1)
  return store.getMany([key], []).then(
    ({ entries }) => entries[0] !== undefined,
    () => false,
  )
}
