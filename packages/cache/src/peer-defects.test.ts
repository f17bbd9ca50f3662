import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
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

  test('a hard timeout of 50 ms and loads of 300 ms do not pile up: six calls are one load', async () => {
    const { cache, clock } = inMemory({ hardTimeout: 50 })
    const load = vi.fn(async () => {
      await clock.sleep(300)
      return 'late'
    })
    for (let call = 0; call < 6; call++) {
      cache.getOrSet('k', load).catch(() => {})
      await clock.advance(50)
    }
    expect(await cache.get('k')).toBe('late')
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

  test('a load that is waited for gets the previous value as well, each time (#115)', async () => {
    const { cache, clock } = inMemory({ ttl: 100, grace: 300 })
    const seen: unknown[] = []
    for (let round = 0; round < 3; round++) {
      await cache.getOrSet('k', ({ previous }) => {
        seen.push(previous)
        return 'bar'
      })
      await clock.advance(150)
    }
    expect(seen).toEqual([undefined, { value: 'bar' }, { value: 'bar' }])
  })

  test('a value whose tag was deleted is not served within its grace (#71)', async () => {
    const { cache, clock } = inMemory({ ttl: 1_000, grace: '1h' })
    await cache.set('k', 'old', { tags: ['t'] })
    await cache.deleteByTag('t')
    expect(await cache.getEntry('k')).toBeUndefined()
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

/** Nodes over a store that they share, with memory of their own, and without a bus unless one is given. */
function fleet(options: Partial<CacheOptions> = {}, change: Partial<CacheStore> = {}) {
  const clock = new TestClock()
  const shared = memoryCacheStore({ clock })
  const layers = () => [memoryCacheStore({ clock }), { ...shared, ...change }]
  const node = (more: Partial<CacheOptions> = {}) =>
    createCache({ layers: layers(), jitter: [0, 0], clock, ...options, ...more })
  return { clock, shared, node, a: node(), b: node() }
}

describe('what the tracker of FusionCache tells of', () => {
  test('#535: a tag that is invalidated during a load takes its value', async () => {
    const { cache } = inMemory()
    const { promise, resolve } = deferred<string>()
    const load = cache.getOrSet('k', () => promise, { tags: ['t'] })
    await cache.deleteByTag('t')
    resolve('old')
    await load
    expect(await cache.has('k')).toBe(false)
  })

  test('#553: reading what has ended does not take it from the layer below, where others need it in their grace', async () => {
    const { clock, a, b } = fleet({ ttl: 1_000, grace: '1h' })
    await a.set('k', 'stale')
    await clock.advance(1_000)
    expect(await a.get('k')).toBeUndefined()
    expect(await a.has('k')).toBe(false)
    expect(await b.getOrSet('k', down)).toBe('stale')
  })

  test('#625: who comes after a deletion starts a load of his own, and gets its value', async () => {
    const { cache } = inMemory()
    const { promise, resolve } = deferred<string>()
    const first = cache.getOrSet('k', () => promise)
    await cache.delete('k')
    expect(await cache.getOrSet('k', () => 'new')).toBe('new')
    resolve('old')
    expect([await first, await cache.get('k')]).toEqual(['old', 'new'])
  })

  test('#627: a tag that was invalidated is not told again by who reads of it, so what is newer stays everywhere', async () => {
    const bus = memoryCacheBus()
    const publish = vi.spyOn(bus, 'publish')
    const { clock, a, b, node } = fleet({ bus })
    await a.set('k', 'old', { tags: ['t'] })
    await a.deleteByTag('t')
    await b.set('k', 'new', { tags: ['t'] })
    await clock.advance('10s')
    publish.mockClear()
    const late = node()
    expect(await late.get('k')).toBe('new')
    expect(await late.getOrSet('k', down)).toBe('new')
    expect(publish).not.toHaveBeenCalled()
    expect([await a.get('k'), await b.get('k')]).toEqual(['new', 'new'])
  })

  test('#628: the same tag during a background load as well', async () => {
    const { cache, clock } = inMemory({ ttl: 1_000, staleWhileRevalidate: '1m' })
    await cache.set('k', 1, { tags: ['t'] })
    await clock.advance(1_000)
    const { promise, resolve } = deferred<number>()
    expect(await cache.getOrSet('k', () => promise, { tags: ['t'] })).toBe(1)
    await cache.deleteByTag('t')
    resolve(2)
    await clock.advance(0)
    expect(await cache.getEntry('k')).toBeUndefined()
  })

  test('#638: a value that is kept because it has not changed can still be invalidated by its tag', async () => {
    const { cache, clock } = inMemory({ ttl: 1_000, grace: '10s' })
    const load = ({ previous }: { readonly previous: { readonly value: string } | undefined }) =>
      previous?.value ?? 'value'
    const read = () => cache.getOrSet<string>('k', load, { tags: ['t'] })
    for (let round = 0; round < 3; round++) {
      expect(await read()).toBe('value')
      await clock.advance(1_500)
    }
    await read()
    await cache.deleteByTag('t')
    const seen = vi.fn()
    await cache.getOrSet('k', ({ previous }) => seen(previous), { tags: ['t'] })
    expect(seen).toHaveBeenCalledWith(undefined)
  })

  test('#648: what has ended and was cleared is not served by the layer below when a load fails', async () => {
    const { clock, a, b } = fleet({ ttl: 1_000, grace: '1h' })
    await a.set('k', 1)
    await clock.advance(2_000)
    await b.clear()
    await expect(b.getOrSet('k', down)).rejects.toMatchObject({ message: 'down' })
  })
})

describe('what the tracker of HybridCache tells of', () => {
  test('dotnet/extensions #7411: a tag is asked for at each read of the layer below, so another node’s invalidation is seen without a bus', async () => {
    const { clock, a, b } = fleet()
    await a.set('k', 'old', { tags: ['t'], ttl: 1_000 })
    expect(await a.get('k')).toBe('old')
    await b.set('k', 'older than the mark', { tags: ['t'] })
    await b.deleteByTag('t')
    await clock.advance(1_000)
    expect(await a.get('k')).toBeUndefined()
  })

  test('dotnet/extensions #7411: it is seen by a copy in memory as well, after 5 s', async () => {
    const { clock, a, b } = fleet({ ttl: '1h' })
    await a.set('k', 'old', { tags: ['t'] })
    await b.deleteByTag('t')
    await clock.advance(4_999)
    expect(await a.get('k')).toBe('old')
    await clock.advance(1)
    expect([await a.get('k'), await a.has('k'), await a.getMany(['k'])]).toEqual([
      undefined,
      false,
      [undefined],
    ])
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
})

describe('what the trackers of cacheable and keyv tell of', () => {
  const hangs = () => new Promise<never>(() => {})
  test.each<[string, () => Promise<never>]>([
    ['fails', down],
    ['hangs', hangs],
  ])(
    'keyv #1554, cacheable #1202: a layer that %s is no error, and memory answers at once',
    async (_, call) => {
      const dead = { getMany: call, set: call, setMany: call, delete: call, bumpTags: call, clear: call }
      const { clock, a } = fleet({}, dead)
      const writing = a.set('k', 1)
      expect(await a.get('k')).toBe(1)
      await clock.advance(250)
      await writing
      const from = clock.monotonic()
      expect([await a.get('k'), await a.getOrSet('k', down), clock.monotonic() - from]).toEqual([1, 1, 0])
    },
  )

  test('keyv #1222: clearing without a namespace clears all of the cache', async () => {
    const { cache } = inMemory()
    await cache.namespace('n').set('k', 1)
    await cache.set('k', 1)
    await cache.clear()
    expect([await cache.has('k'), await cache.namespace('n').has('k')]).toEqual([false, false])
  })

  test('keyv #2147: a namespace is neither read nor cleared by one whose name it extends', async () => {
    const { a } = fleet()
    const [users, both, nested] = [
      a.namespace('users'),
      a.namespace('users:archive'),
      a.namespace('users').namespace('archive'),
    ]
    await users.set('archive:k', 1)
    await both.set('k', 2)
    expect([await nested.has('k'), await both.get('k'), await users.get('archive:k')]).toEqual([false, 2, 1])
    await users.clear()
    expect([await both.get('k'), await users.has('archive:k')]).toEqual([2, false])
  })
})

describe('what the trackers of lru-cache and of who uses it tell of', () => {
  test('#388: the value of a load is kept although one of those who waited has left', async () => {
    const { cache } = inMemory()
    const { promise, resolve } = deferred<string>()
    const controller = new AbortController()
    const left = cache.getOrSet('k', () => promise, { signal: controller.signal })
    const stayed = cache.getOrSet('k', down)
    controller.abort(new Error('gone'))
    await expect(left).rejects.toMatchObject({ message: 'gone' })
    resolve('value')
    expect([await stayed, await cache.get('k')]).toEqual(['value', 'value'])
  })

  test.each([[['a', 'b']], [['b', 'a']]])(
    '#389: background loads of several keys are all kept, in whatever order they begin: %s',
    async (keys) => {
      const { cache, clock } = inMemory({ ttl: 1_000, staleWhileRevalidate: '1m' })
      await cache.setMany(keys.map((key) => [key, 1]))
      await clock.advance(1_000)
      const took = { a: 100, b: 200 } as Readonly<Record<string, number>>
      const load = async ({ key }: { readonly key: string }) => {
        await clock.sleep(took[key] ?? 0)
        return 2
      }
      expect(await Promise.all(keys.map((key) => cache.getOrSet(key, load)))).toEqual([1, 1])
      await clock.advance(200)
      expect(await cache.getMany(keys)).toEqual([2, 2])
    },
  )

  test('#320: an eviction ends no load that is under way', async () => {
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

  test('vltpkg #1781: more loads at once than there is room for all give their values', async () => {
    const clock = new TestClock()
    const cache = createCache({ layers: [memoryCacheStore({ clock, maxBytes: 10_000 })], clock })
    const loads = Array.from({ length: 100 }, (_, id) =>
      cache.getOrSet(`k${id}`, async ({ signal }) => {
        await clock.sleep(10)
        return { id, bytes: new Uint8Array(2_000), isAborted: signal.aborted }
      }),
    )
    await clock.advance(10)
    const values = await Promise.all(loads)
    expect(values.map(({ id, bytes, isAborted }) => [id, bytes.length, isAborted])).toEqual(
      values.map((_, id) => [id, 2_000, false]),
    )
  })
})

describe('what the trackers of async-cache-dedupe and Caffeine tell of', () => {
  test('async-cache-dedupe #164: ten callers of a stale value are one load', async () => {
    const { cache, clock } = inMemory({ ttl: 1_000, staleWhileRevalidate: '1m' })
    await cache.set('k', 1)
    await clock.advance(1_000)
    const load = vi.fn(async () => {
      await clock.sleep(100)
      return 2
    })
    const values = await Promise.all(Array.from({ length: 10 }, () => cache.getOrSet('k', load)))
    await clock.advance(100)
    expect([new Set(values), load.mock.calls.length, await cache.get('k')]).toEqual([new Set([1]), 1, 2])
  })

  test('async-cache-dedupe #89: a tag on very many keys costs the same to invalidate', async () => {
    const clock = new TestClock()
    const store = memoryCacheStore({ clock, maxEntries: 20_000 })
    const cache = createCache({ layers: [store], clock })
    for (let id = 0; id < 10_000; id++) await cache.set(`k${id}`, id, { tags: ['all'] })
    await cache.deleteByTag('all')
    expect([await cache.has('k0'), await cache.has('k9999')]).toEqual([false, false])
  })

  test('Caffeine #175: a background load that takes longer than the ttl is stored', async () => {
    const { cache, clock } = inMemory({ ttl: 1_000, staleWhileRevalidate: '1h' })
    let version = 0
    const read = () =>
      cache.getOrSet('k', async () => {
        version++
        const loaded = version
        if (loaded > 1) await clock.sleep(5_000)
        return loaded
      })
    expect(await read()).toBe(1)
    for (const seen of [1, 1, 1, 1, 1, 2]) {
      await clock.advance(1_000)
      expect(await read()).toBe(seen)
    }
    expect(version).toBe(2)
  })

  test('Caffeine #1623: the life of a value begins when its load ends', async () => {
    const { cache, clock } = inMemory({ ttl: 1_000 })
    const load = cache.getOrSet('k', async () => {
      await clock.sleep(5_000)
      return 1
    })
    await clock.advance(5_000)
    await load
    await clock.advance(999)
    expect(await cache.get('k')).toBe(1)
    await clock.advance(1)
    expect(await cache.get('k')).toBeUndefined()
  })
})

test('reading what has ended takes nothing that was written meanwhile', async () => {
  const gate = deferred<void>()
  const clock = new TestClock()
  const shared = memoryCacheStore({ clock })
  const slow: CacheStore = {
    ...shared,
    getMany: async (...args) => {
      const read = await shared.getMany(...args)
      await gate.promise
      return read
    },
  }
  const options = { ttl: 1_000, jitter: [0, 0] as const, clock }
  const writer = createCache({ ...options, layers: [shared] })
  const reader = createCache({ ...options, layers: [memoryCacheStore({ clock }), slow] })
  await writer.set('k', 'old', { grace: '1h' })
  await clock.advance(1_000)
  const reading = reader.get('k')
  await writer.set('k', 'new')
  gate.resolve()
  await reading
  expect([await writer.get('k'), await reader.get('k')]).toEqual(['new', 'new'])
})
