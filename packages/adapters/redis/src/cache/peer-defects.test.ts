import { type Cache, type CacheOptions, createCache } from '@base/cache/cache'
import { memoryCacheStore } from '@base/cache/store'
import { systemClock } from '@base/core/clock'
import { TestClock } from '@base/core/testing'
import { askRedis, describeWithPrivateService } from '@base-internal/tools/services'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { CLIENTS, type TestClient } from '../test-clients.js'
import { redisCacheBus, redisCacheStore } from './index.js'
import { freshPrefix, patience } from './test-store.js'

const kinds = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]

/** A promise, and what resolves it. */
function signal<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((onResolve) => {
    resolve = onResolve
  })
  return { promise, resolve }
}

/** A load that is held until it is let go. */
function heldLoad(value: unknown): { load: () => Promise<unknown>; begun: Promise<void>; letGo: () => void } {
  const begun = signal<void>()
  const end = signal<void>()
  const load = async () => {
    begun.resolve()
    await end.promise
    return value
  }
  return { load, begun: begun.promise, letGo: end.resolve }
}

describeWithPrivateService('redis', { settings: { appendonly: 'no' } }, (redis) => {
  describe.each(kinds)('what other caches in Redis get wrong, on %s', (kind) => {
    let opened: TestClient
    let open: Cache[] = []
    beforeAll(async () => {
      opened = await CLIENTS[kind](redis.url)
    })
    afterEach(async () => {
      await Promise.all(open.map((cache) => cache.close()))
      open = []
    })
    afterAll(() => opened[Symbol.asyncDispose]())

    /**
     * A process with memory above Redis; all with a prefix share their entries. Its time stands still, so that it waits
     * for Redis however busy the machine is.
     */
    const node = (prefix: string, options: Partial<CacheOptions> = {}): Cache => {
      const cache = createCache({
        layers: [memoryCacheStore(), redisCacheStore(opened.client, { prefix, timeout: '30s' })],
        jitter: [0, 0],
        clock: new TestClock({ now: Date.now() }),
        ...options,
      })
      open.push(cache)
      return cache
    }
    const bus = async (channel: string) =>
      redisCacheBus(opened.client, { subscriber: await opened.subscriber(), channel, timeout: '30s' })

    test.each([
      ['a delete', (cache: Cache) => cache.delete('k')],
      ['a deleteByTag', (cache: Cache) => cache.deleteByTag('t')],
      ['a clear', (cache: Cache) => cache.clear()],
    ])(
      'bentocache, cacheable, cache-manager: %s on another node during a load is not undone',
      async (_, change) => {
        const prefix = freshPrefix()
        const [one, other, third] = [node(prefix), node(prefix), node(prefix)]
        const { load, begun, letGo } = heldLoad('old')
        const answer = one.getOrSet('k', load, { tags: ['t'] })
        await begun
        await change(other)
        letGo()
        expect(await answer).toBe('old')
        expect([await other.get('k'), await third.get('k')]).toEqual([undefined, undefined])
      },
    )

    test('bentocache, cacheable, cache-manager: a set on another node during a load is not overwritten', async () => {
      const prefix = freshPrefix()
      const [one, other, third] = [node(prefix), node(prefix), node(prefix)]
      const { load, begun, letGo } = heldLoad('old')
      const answer = one.getOrSet('k', load)
      await begun
      await other.set('k', 'new')
      letGo()
      await answer
      expect([await one.get('k'), await other.get('k'), await third.get('k')]).toEqual(['new', 'new', 'new'])
    })

    test('bentocache: a set right after deleteByTag is readable, 200 of 200 times, from another node', async () => {
      const prefix = freshPrefix()
      const [one, other] = [
        node(prefix),
        node(prefix, { layers: [redisCacheStore(opened.client, { prefix, timeout: '30s' })] }),
      ]
      for (let round = 0; round < 200; round++) {
        await one.deleteByTag('t')
        await one.set('k', round, { tags: ['t'] })
        expect(await other.get('k')).toBe(round)
      }
    })

    test('bentocache: a value is of the same type from memory and from Redis', async () => {
      const prefix = freshPrefix()
      const value = {
        map: new Map([['a', 1]]),
        odd: [Number.NaN, -0],
        gap: undefined,
        big: 1n,
        at: new Date(0),
      }
      expect(await node(prefix).getOrSet('k', () => value)).toStrictEqual(value)
      expect(await node(prefix).get('k')).toStrictEqual(value)
    })

    test('cache-manager, cacheable: undefined is a value in Redis too', async () => {
      const prefix = freshPrefix()
      await node(prefix).getOrSet('k', () => undefined)
      expect(await node(prefix).has('k')).toBe(true)
      expect(await node(prefix).getOrSet('k', () => expect.unreachable())).toBeUndefined()
    })

    test('bentocache: Redis that is frozen holds nobody up, whatever the timeouts of the loader', async () => {
      const cache = node(freshPrefix(), { hardTimeout: '1h', clock: systemClock })
      await cache.get('warm')
      await redis.pause()
      try {
        const limit = signal<string>()
        const timer = setTimeout(limit.resolve, 25_000, 'hangs')
        expect(await Promise.race([cache.getOrSet('k', () => 'loaded'), limit.promise])).toBe('loaded')
        clearTimeout(timer)
      } finally {
        await redis.resume()
      }
    })

    test('bentocache: Redis that is dead costs three calls their limits, and the next ones nothing', async () => {
      const prefix = freshPrefix()
      const cache = node(prefix, { layers: [memoryCacheStore(), redisCacheStore(opened.client, { prefix })] })
      await cache.get('warm')
      await redis.kill()
      try {
        const errors: unknown[] = []
        cache.on('error', ({ error }) => errors.push(error))
        for (let call = 0; call < 20; call++) expect(await cache.getOrSet(`k${call}`, () => call)).toBe(call)
        expect(errors.length).toBeLessThanOrEqual(6)
      } finally {
        await redis.start()
      }
    })

    test('bentocache: the prefix `a*` and clear() delete no key of `abc`', async () => {
      const base = freshPrefix()
      const [one, other] = [node(`${base}a*`), node(`${base}abc`)]
      await other.set('other', 'theirs')
      await askRedis(redis.url, ['SET', `${base}abc:other`, 'foreign'])
      await one.set('k', 1)
      await one.clear()
      await one.deleteByPattern('*')
      expect(await node(`${base}abc`).get('other')).toBe('theirs')
      expect(await askRedis(redis.url, ['EXISTS', `${base}abc:other`])).toEqual(['1'])
    })

    test('bentocache: a client is told by its methods, so that a second copy of its package is one too', () => {
      const copy = Object.create(null, { status: { value: 'wait' }, callBuffer: { value: async () => null } })
      expect(() => redisCacheStore(copy)).not.toThrow()
    })

    test('cacheable: after one node has set and deleted, another does not serve what was before', async () => {
      const prefix = freshPrefix()
      const channel = await bus(prefix)
      const [one, other] = [node(prefix, { bus: channel }), node(prefix, { bus: await bus(prefix) })]
      await one.set('k', 'v1')
      await expect.poll(() => other.get('k'), patience).toBe('v1')
      await one.set('k', 'v2')
      await expect.poll(() => other.get('k'), patience).toBe('v2')
      await one.delete('k')
      await expect.poll(() => other.get('k'), patience).toBeUndefined()
    })

    test('async-cache-dedupe: clear() and patterns send no FLUSHALL and no KEYS', async () => {
      const admin = new Redis(redis.url)
      await admin.config('RESETSTAT')
      const cache = node(freshPrefix())
      await cache.set('user:1', 1)
      await cache.deleteByPattern('user:*')
      await cache.clear()
      const stats = await admin.info('commandstats')
      expect(stats).not.toMatch(/cmdstat_(flushall|flushdb|keys):/)
      expect(stats).toMatch(/cmdstat_scan:/)
      admin.disconnect()
    })

    test('keyv #2147: a namespace is neither read nor cleared by one whose name it extends', async () => {
      const prefix = freshPrefix()
      const [one, other] = [node(prefix), node(prefix)]
      await one.namespace('users').set('archive:k', 'one')
      await one.namespace('users').namespace('archive').set('k', 'two')
      await one.namespace('users:archive').set('k', 'three')
      expect(await other.namespace('users').get('archive:k')).toBe('one')
      await one.namespace('users:archive').clear()
      expect(await node(prefix).namespace('users').namespace('archive').get('k')).toBe('two')
      expect(await node(prefix).namespace('users:archive').get('k')).toBeUndefined()
    })

    test('keyv #1222: clearing without a namespace clears all of the cache, and nothing else', async () => {
      const [prefix, foreign] = [freshPrefix(), freshPrefix()]
      const cache = node(prefix)
      await cache.set('k', 1)
      await cache.namespace('n').set('k', 2)
      await node(foreign).set('k', 3)
      await cache.clear()
      expect([await node(prefix).get('k'), await node(prefix).namespace('n').get('k')]).toEqual([
        undefined,
        undefined,
      ])
      expect(await node(foreign).get('k')).toBe(3)
    })

    test('FusionCache #648: what has ended and was cleared is not served by Redis when a load fails', async () => {
      const prefix = freshPrefix()
      const clock = new TestClock({ now: Date.now() })
      const rules = { ttl: '1s', grace: '1h', clock } as const
      await node(prefix, rules).set('k', 'old')
      await clock.advance('2s')
      await node(prefix, rules).clear()
      await expect(
        node(prefix, rules).getOrSet('k', () => Promise.reject(new Error('down'))),
      ).rejects.toMatchObject({
        message: 'down',
      })
    })

    test('dotnet/extensions #7771: an entry is judged by its own version, not by that of who reads it', async () => {
      const prefix = freshPrefix()
      const [one, other] = [node(prefix), node(prefix)]
      await one.set('k', 'old', { tags: ['t'] })
      await one.deleteByTag('t')
      await other.set('x', 1, { tags: ['t'] })
      expect([await other.get('k'), await other.get('x')]).toEqual([undefined, 1])
    })

    test('cacheable #1077: memory does not keep an entry longer than Redis does', async () => {
      const prefix = freshPrefix()
      await node(prefix).set('k', 1, { ttl: '1m' })
      const { expiresAt = 0 } = (await node(prefix, { ttl: '1d' }).getEntry('k')) ?? {}
      expect(expiresAt - Date.now()).toBeLessThanOrEqual(60_000)
    })

    test('cacheable #1202, keyv #1554: errors of Redis reach the event, not the caller', async () => {
      const cache = node(freshPrefix(), {
        layers: [redisCacheStore(opened.client, { prefix: 'x', timeout: 1 })],
      })
      await redis.pause()
      const errors: unknown[] = []
      cache.on('error', ({ error }) => errors.push(error))
      try {
        await cache.set('k', 1)
        expect(await cache.get('k')).toBeUndefined()
        expect(errors[0]).toMatchObject({ code: 'REDIS_UNAVAILABLE' })
      } finally {
        await redis.resume()
      }
    })
  })
})
