import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { memoryCacheBus } from './bus/index.js'
import { type CacheOptions, createCache } from './cache/index.js'
import { type CacheStore, memoryCacheStore } from './store/index.js'

/** What other libraries get wrong, by their name and ours. Each was seen in the version that is named. */

function inMemory(options: Partial<CacheOptions> = {}) {
  const clock = new TestClock()
  return {
    clock,
    cache: createCache({ layers: [memoryCacheStore({ clock })], jitter: [0, 0], clock, ...options }),
  }
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((onResolve) => {
    resolve = onResolve
  })
  return { promise, resolve }
}

const down = () => Promise.reject(new Error('down'))

describe('what bentocache 1.6, cacheable 2.5 and cache-manager 7.2 get wrong', () => {
  test.each<[string, (cache: ReturnType<typeof inMemory>['cache']) => Promise<void>]>([
    ['delete', (cache) => cache.delete('k')],
    ['deleteByTag', (cache) => cache.deleteByTag('t')],
    ['clear', (cache) => cache.clear()],
  ])('a %s during a load is not undone by the old value', async (_, change) => {
    const { cache } = inMemory()
    const { promise, resolve } = deferred<string>()
    const load = cache.getOrSet('k', () => promise, { tags: ['t'] })
    await change(cache)
    resolve('old')
    await load
    expect(await cache.has('k')).toBe(false)
  })

  test('a delete on another node during a load is not undone either', async () => {
    const clock = new TestClock()
    const shared = memoryCacheStore({ clock })
    const bus = memoryCacheBus()
    const node = () => createCache({ layers: [memoryCacheStore({ clock }), shared], bus, clock })
    const [a, b] = [node(), node()]
    const { promise, resolve } = deferred<string>()
    const load = a.getOrSet('k', () => promise)
    await clock.advance(0)
    await b.delete('k')
    resolve('old')
    await load
    expect([await a.has('k'), await b.has('k')]).toEqual([false, false])
  })

  test('a set during a load is not overwritten by its older result', async () => {
    const { cache } = inMemory()
    const { promise, resolve } = deferred<string>()
    const load = cache.getOrSet('k', () => promise)
    await cache.set('k', 'new')
    resolve('old')
    await load
    expect(await cache.get('k')).toBe('new')
  })

  test('undefined is cached: the loader runs once', async () => {
    const { cache } = inMemory()
    const load = vi.fn(() => undefined)
    for (let call = 0; call < 3; call++) expect(await cache.getOrSet('k', load)).toBeUndefined()
    expect(load).toHaveBeenCalledTimes(1)
  })

  test('a change of the source after set, or of what was read, changes nothing', async () => {
    const { cache } = inMemory()
    const source = { list: [1], at: new Date(0) }
    await cache.set('k', source)
    source.list.push(2)
    source.at.setTime(9)
    const read = await cache.get<typeof source>('k')
    read?.at.setTime(5)
    expect(await cache.get('k')).toEqual({ list: [1], at: new Date(0) })
  })
})

describe('what bentocache 1.6 gets wrong', () => {
  test('100 callers of a failing loader are one call, not 100 one after the other', async () => {
    const { cache } = inMemory()
    const load = vi.fn(down)
    const results = await Promise.allSettled(Array.from({ length: 100 }, () => cache.getOrSet('k', load)))
    expect([load.mock.calls.length, results.every(({ status }) => status === 'rejected')]).toEqual([1, true])
  })

  test('a hard timeout does not let loads pile up', async () => {
    const { cache, clock } = inMemory({ hardTimeout: 50 })
    const load = vi.fn(() => clock.sleep(300))
    for (let call = 0; call < 6; call++) {
      cache.getOrSet('k', load).catch(() => {})
      await clock.advance(50)
    }
    expect(load).toHaveBeenCalledTimes(1)
  })

  test('a set right after deleteByTag is readable, 200 of 200 times', async () => {
    const { cache } = inMemory()
    for (let round = 0; round < 200; round++) {
      await cache.deleteByTag('t')
      await cache.set('k', round, { tags: ['t'] })
      expect(await cache.get('k')).toBe(round)
    }
  })

  test('a background load gets the previous value (#115)', async () => {
    const { cache, clock } = inMemory({ ttl: 1_000, staleWhileRevalidate: '1m' })
    await cache.set('k', 1)
    await clock.advance(1_000)
    const seen = vi.fn()
    await cache.getOrSet('k', ({ previous }) => seen(previous))
    expect(seen).toHaveBeenCalledWith({ value: 1 })
  })

  test('a value whose tag was deleted is not served within its grace (#71)', async () => {
    const { cache, clock } = inMemory({ ttl: 1_000, grace: '1h' })
    await cache.set('k', 'old', { tags: ['t'] })
    await cache.deleteByTag('t')
    await clock.advance(1_000)
    await expect(cache.getOrSet('k', down)).rejects.toThrow('down')
  })

  test('a value is of the same type at the first read, the second, and from the layer below', async () => {
    const clock = new TestClock()
    const shared: CacheStore = { ...memoryCacheStore({ clock }), encoding: 'bytes' }
    const node = () => createCache({ layers: [memoryCacheStore({ clock }), shared], clock })
    const value = { map: new Map([['a', 1]]), odd: [Number.NaN, -0], gap: undefined, big: 1n }
    const a = node()
    const reads = [await a.getOrSet('k', () => value), await a.get('k'), await node().get('k')]
    for (const read of reads) expect(read).toStrictEqual(value)
  })

  test('a layer that hangs holds nobody longer than its limits, and is left alone then', async () => {
    const clock = new TestClock()
    const hangs = () => new Promise<never>(() => {})
    const dead: CacheStore = { ...memoryCacheStore({ clock }), getMany: hangs, set: hangs, setMany: hangs }
    const cache = createCache({ layers: [memoryCacheStore({ clock }), dead], clock })
    const took: number[] = []
    for (let call = 0; call < 5; call++) {
      const from = clock.monotonic()
      let at = Number.NaN
      const value = cache
        .getOrSet(`k${call}`, () => call)
        .then(() => {
          at = clock.monotonic()
        })
      await clock.advance(200)
      await value
      took.push(at - from)
    }
    expect(took).toEqual([100, 100, 100, 0, 0])
  })

  test('clearing a namespace whose name looks like a pattern deletes nothing foreign', async () => {
    const { cache } = inMemory()
    await cache.set('abc:other', 1)
    await cache.namespace('abc').set('k', 1)
    await cache.namespace('a*').clear()
    expect([await cache.get('abc:other'), await cache.namespace('abc').get('k')]).toEqual([1, 1])
  })
})

describe('what cacheable 2.5 gets wrong', () => {
  test('the error of a loader reaches every caller', async () => {
    const { cache } = inMemory()
    const results = await Promise.allSettled(Array.from({ length: 100 }, () => cache.getOrSet('k', down)))
    expect(results.every((result) => result.status === 'rejected' && result.reason.message === 'down')).toBe(
      true,
    )
  })

  test.each([-5, Number.NaN])('a ttl of %d is refused, not taken for ever', async (ttl) => {
    const { cache } = inMemory()
    await expect(cache.set('k', 1, { ttl })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })

  test('the order of an object’s keys is no other argument, another map is one, a bigint is fine', async () => {
    const { cache } = inMemory()
    const read = vi.fn((value: unknown) => value)
    const cached = cache.cached(read, { key: 'read' })
    await cached({ a: 1, b: 2 })
    await cached({ b: 2, a: 1 })
    expect(read).toHaveBeenCalledTimes(1)
    expect(await cached(new Map([['a', 1]]))).toEqual(new Map([['a', 1]]))
    expect(await cached(new Map([['b', 2]]))).toEqual(new Map([['b', 2]]))
    expect(await cached(1n)).toBe(1n)
  })

  test('what one node sets or deletes another one sees', async () => {
    const clock = new TestClock()
    const shared = memoryCacheStore({ clock })
    const bus = memoryCacheBus()
    const node = () => createCache({ layers: [memoryCacheStore({ clock }), shared], bus, clock })
    const [a, b] = [node(), node()]
    await a.set('k', 1)
    expect(await b.get('k')).toBe(1)
    await a.set('k', 2)
    expect(await b.get('k')).toBe(2)
    await a.delete('k')
    expect(await b.get('k')).toBeUndefined()
  })

  test('a refresh reaches the layers below as well (#916), whose life the upper one does not exceed (#1077)', async () => {
    const clock = new TestClock()
    const shared = memoryCacheStore({ clock })
    const options = { ttl: 1_000, staleWhileRevalidate: 1_000, jitter: [0, 0] as const, clock }
    const node = () => createCache({ ...options, layers: [memoryCacheStore({ clock }), shared] })
    const [a, b] = [node(), node()]
    await a.getOrSet('k', () => 1)
    await clock.advance(1_000)
    await a.getOrSet('k', () => 2)
    await clock.advance(0)
    expect(await b.get('k')).toBe(2)
    expect(await b.getEntry('k')).toEqual(await a.getEntry('k'))
  })
})

describe('what the trackers of others tell of', () => {
  test('keyv #2147: names with a colon do not meet the names of namespaces', async () => {
    const { cache } = inMemory()
    await cache.namespace('users').set('archive:k', 1)
    expect(await cache.namespace('users').namespace('archive').has('k')).toBe(false)
    expect(await cache.namespace('users:archive').has('k')).toBe(false)
  })

  test('keyv #1222: clearing without a namespace clears all of the cache', async () => {
    const { cache } = inMemory()
    await cache.namespace('n').set('k', 1)
    await cache.set('k', 1)
    await cache.clear()
    expect([await cache.has('k'), await cache.namespace('n').has('k')]).toEqual([false, false])
  })

  test('dotnet/extensions #7771: an entry is judged by its own version, not by that of who reads it', async () => {
    const clock = new TestClock()
    const shared = memoryCacheStore({ clock })
    const [a, b] = [0, 1].map(() => createCache({ layers: [{ ...shared }], clock }))
    await a?.set('k', 'old', { tags: ['t'] })
    await a?.deleteByTag('t')
    expect(await b?.get('k')).toBeUndefined()
    await b?.set('k', 'new', { tags: ['t'] })
    expect(await a?.get('k')).toBe('new')
  })

  test('FusionCache #628: an entry is as old as the start of its load, so that a tag deleted meanwhile takes it', async () => {
    const { cache } = inMemory()
    const { promise, resolve } = deferred<string>()
    const load = cache.getOrSet('k', () => promise, { tags: ['t'] })
    await cache.deleteByTag('t')
    resolve('old')
    await load
    expect(await cache.has('k')).toBe(false)
  })

  test('FusionCache #648: nothing expired, and nothing cleared, is served by the layer below', async () => {
    const clock = new TestClock()
    const shared = memoryCacheStore({ clock })
    const cache = createCache({ layers: [memoryCacheStore({ clock }), shared], grace: '1h', clock })
    await cache.set('k', 1)
    await cache.clear()
    await expect(cache.getOrSet('k', down)).rejects.toThrow('down')
  })

  test('lru-cache #320: an eviction ends no load that is under way', async () => {
    const clock = new TestClock()
    const cache = createCache({ layers: [memoryCacheStore({ clock, maxEntries: 1 })], clock })
    const { promise, resolve } = deferred<string>()
    const load = cache.getOrSet('k', () => promise)
    await cache.set('a', 1)
    await cache.set('b', 1)
    resolve('value')
    expect(await load).toBe('value')
    expect(await cache.get('k')).toBe('value')
  })

  test('lru-cache #389: background loads of several keys are all kept', async () => {
    const { cache, clock } = inMemory({ ttl: 1_000, staleWhileRevalidate: '1m' })
    await cache.setMany([
      ['a', 1],
      ['b', 1],
    ])
    await clock.advance(1_000)
    await Promise.all([cache.getOrSet('a', () => 2), cache.getOrSet('b', () => 2)])
    await clock.advance(0)
    expect(await cache.getMany(['a', 'b'])).toEqual([2, 2])
  })

  test('Caffeine #175 and #1623: a load slower than the ttl is stored, and its life begins when it ends', async () => {
    const { cache, clock } = inMemory({ ttl: 1_000 })
    const load = cache.getOrSet('k', async () => {
      await clock.sleep(5_000)
      return 1
    })
    await clock.advance(5_000)
    await load
    await clock.advance(999)
    expect(await cache.get('k')).toBe(1)
  })

  test('async-cache-dedupe #89: a tag on very many keys costs the same to invalidate', async () => {
    const clock = new TestClock()
    const store = memoryCacheStore({ clock, maxEntries: 20_000 })
    const cache = createCache({ layers: [store], clock })
    for (let id = 0; id < 10_000; id++) await cache.set(`k${id}`, id, { tags: ['all'] })
    await cache.deleteByTag('all')
    expect([await cache.has('k0'), await cache.has('k9999')]).toEqual([false, false])
  })
})
