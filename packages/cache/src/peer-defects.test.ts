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

/** Nodes with a memory each, over one layer that they share. */
function nodesOver(shared: CacheStore, clock: TestClock, options: Partial<CacheOptions> = {}) {
  return () =>
    createCache({ layers: [memoryCacheStore({ clock }), shared], jitter: [0, 0], clock, ...options })
}

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

  test('FusionCache #535 and #625: a tag or a key that is deleted during a load takes its entry', async () => {
    for (const change of ['deleteByTag', 'delete'] as const) {
      const { cache } = inMemory()
      const { promise, resolve } = deferred<string>()
      const load = cache.getOrSet('k', () => promise, { tags: ['k'] })
      await cache[change]('k')
      resolve('old')
      await load
      expect(await cache.has('k')).toBe(false)
      expect(await cache.getOrSet('k', () => 'new')).toBe('new')
    }
  })

  test.each([
    ['that is stale', { staleWhileRevalidate: '1m' }, 1_000],
    ['that ends soon', { earlyRefresh: 1, random: () => 0.9 }, 999],
  ] as const)(
    'FusionCache #628: nor is it undone by a background load of an entry %s',
    async (_, options, age) => {
      const { cache, clock } = inMemory({ ttl: 1_000, ...options })
      const slow = async (value: string) => {
        await clock.sleep(100)
        return value
      }
      const first = cache.getOrSet('k', () => slow('first'), { tags: ['t'] })
      await clock.advance(100)
      await first
      await clock.advance(age)
      const load = vi.fn(() => slow('old'))
      expect(await cache.getOrSet('k', load, { tags: ['t'] })).toBe('first')
      await clock.advance(0)
      await cache.deleteByTag('t')
      await clock.advance(100)
      expect(load).toHaveBeenCalledTimes(1)
      expect(await cache.getEntry('k')).toBeUndefined()
    },
  )

  test('FusionCache #627: the mark of a tag keeps its time, whoever reads it, and however late', async () => {
    const clock = new TestClock()
    const shared = memoryCacheStore({ clock })
    const node = nodesOver(shared, clock, { bus: memoryCacheBus(), ttl: '30d' })
    const [a, b] = [node(), node()]
    await a.set('k', 'old', { tags: ['t'] })
    await a.deleteByTag('t')
    await b.set('k', 'new', { tags: ['t'] })
    await clock.advance(20 * 24 * 3_600_000)
    const late = node()
    await late.getOrSet('other', () => 1, { tags: ['t'] })
    for (const reader of [late, a, b]) expect(await reader.get('k')).toBe('new')
  })

  test('FusionCache #553: reading what has ended does not take it from the layer below within its grace', async () => {
    const clock = new TestClock()
    const node = nodesOver(memoryCacheStore({ clock }), clock, { ttl: 1_000, grace: '1h' })
    await node().set('k', 'old', { tags: ['t'] })
    await clock.advance(1_000)
    const reader = node()
    expect([await reader.get('k'), await reader.has('k')]).toEqual([undefined, false])
    expect(await node().getOrSet('k', down)).toBe('old')
  })

  test('FusionCache #638: a value that is kept once more is kept with its tags, and not after their deletion', async () => {
    const { cache, clock } = inMemory({ ttl: 1_000, grace: '10s' })
    const read = vi.fn(() => 'value')
    const get = () =>
      cache.getOrSet<string>('k', ({ previous }) => previous?.value ?? read(), { tags: ['t'] })
    await get()
    await clock.advance(1_500)
    await get()
    await clock.advance(999)
    expect(await cache.get('k')).toBe('value')
    expect(read).toHaveBeenCalledTimes(1)
    await cache.deleteByTag('t')
    expect(await cache.has('k')).toBe(false)
    await get()
    expect(read).toHaveBeenCalledTimes(2)
  })

  test.each([0, 1_000])(
    'FusionCache #648: what is cleared %d ms later is served by no layer',
    async (age) => {
      const clock = new TestClock()
      const node = nodesOver(memoryCacheStore({ clock }), clock, { ttl: 1_000, grace: '1h' })
      const [a, b] = [node(), node()]
      await a.set('k', 1)
      await clock.advance(age)
      await a.clear()
      await expect(a.getOrSet('k', down)).rejects.toThrow('down')
      await expect(b.getOrSet('k', down)).rejects.toThrow('down')
    },
  )

  test('dotnet/extensions #7411: the mark of a tag is asked for anew, so a node without a bus learns of it', async () => {
    const clock = new TestClock()
    const shared = memoryCacheStore({ clock })
    const small = memoryCacheStore({ clock, maxEntries: 1 })
    const reader = createCache({ layers: [small, shared], clock })
    const other = nodesOver(shared, clock)()
    await other.set('k', 'old', { tags: ['t'] })
    await other.set('other', 1)
    expect(await reader.get('k')).toBe('old')
    await other.deleteByTag('t')
    await reader.get('other')
    expect(await reader.get('k')).toBeUndefined()
  })

  test('an entry that was read as invalid is not deleted after a newer one took its place', async () => {
    const clock = new TestClock()
    const shared = memoryCacheStore({ clock })
    const { promise: gate, resolve: open } = deferred<undefined>()
    const slow: CacheStore = {
      ...shared,
      async getMany(...asked) {
        const read = await shared.getMany(...asked)
        await gate
        return read
      },
    }
    const writer = nodesOver(shared, clock, { ttl: 1_000 })()
    await writer.set('k', 'old', { tags: ['t'] })
    await writer.deleteByTag('t')
    const read = nodesOver(slow, clock)().get('k')
    await writer.set('k', 'new', { tags: ['t'] })
    open(undefined)
    expect(await read).toBeUndefined()
    expect(await nodesOver(shared, clock)().get('k')).toBe('new')
  })

  test('keyv #1554: nobody waits for a dead layer for what memory has, and not long for a write', async () => {
    const clock = new TestClock()
    const hangs = () => new Promise<never>(() => {})
    const dead: CacheStore = { ...memoryCacheStore({ clock }), getMany: hangs, set: hangs, setMany: hangs }
    const cache = nodesOver(dead, clock)()
    let isWritten = false
    const written = cache.set('k', 'value').then(() => {
      isWritten = true
    })
    expect(await cache.get('k')).toBe('value')
    expect(isWritten).toBe(false)
    await clock.advance(250)
    await written
    expect(await cache.getOrSet('k', down)).toBe('value')
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

  test('vltpkg #1781: more loads at once than there is room for all get their values', async () => {
    const clock = new TestClock()
    const cache = createCache({ layers: [memoryCacheStore({ clock, maxBytes: 1_000 })], clock })
    const load = vi.fn(async (id: number) => {
      await clock.sleep(10)
      return `${id}`.repeat(200)
    })
    const all = Promise.all(Array.from({ length: 9 }, (_, id) => cache.getOrSet(`k${id}`, () => load(id))))
    await clock.advance(10)
    expect(await all).toEqual(Array.from({ length: 9 }, (_, id) => `${id}`.repeat(200)))
    expect(load).toHaveBeenCalledTimes(9)
  })

  test('lru-cache #388 and #389: a late value of a new key is kept, in whatever order several come', async () => {
    const { cache, clock } = inMemory({ hardTimeout: 50 })
    const late = (id: number) => async () => {
      await clock.sleep(100 * id)
      return id
    }
    const waits = [2, 1].map((id) => cache.getOrSet(`k${id}`, late(id)).catch(() => 'gave up'))
    await clock.advance(50)
    expect(await Promise.all(waits)).toEqual(['gave up', 'gave up'])
    await clock.advance(50)
    expect(await cache.getMany(['k1', 'k2'])).toEqual([1, undefined])
    await clock.advance(100)
    expect(await cache.getMany(['k1', 'k2'])).toEqual([1, 2])
  })

  test('lru-cache #388: who aborts takes nothing from those who still wait for a new key', async () => {
    const { cache } = inMemory()
    const { promise, resolve } = deferred<string>()
    const controller = new AbortController()
    const reason = new Error('gone')
    const gone = cache.getOrSet('k', () => promise, { signal: controller.signal })
    const waits = cache.getOrSet('k', down)
    controller.abort(reason)
    await expect(gone).rejects.toBe(reason)
    resolve('value')
    expect([await waits, await cache.get('k')]).toEqual(['value', 'value'])
  })

  test.each([0, '1m'] as const)(
    'async-cache-dedupe #164: ten calls for what has ended are one load, with %s of stale values',
    async (staleWhileRevalidate) => {
      const { cache, clock } = inMemory({ ttl: 1_000, grace: '1h', staleWhileRevalidate })
      await cache.set('k', 'old')
      await clock.advance(1_000)
      const load = vi.fn(async () => {
        await clock.sleep(10)
        return 'new'
      })
      const all = Promise.all(Array.from({ length: 10 }, () => cache.getOrSet('k', load)))
      await clock.advance(10)
      expect(new Set(await all)).toEqual(new Set([staleWhileRevalidate === 0 ? 'new' : 'old']))
      expect(await cache.get('k')).toBe('new')
      expect(load).toHaveBeenCalledTimes(1)
    },
  )

  test('Caffeine #175: a background load that outlives the stale value is stored all the same', async () => {
    const { cache, clock } = inMemory({ ttl: 1_000, staleWhileRevalidate: 1_000 })
    await cache.set('k', 'old')
    await clock.advance(1_000)
    const load = vi.fn(async () => {
      await clock.sleep(5_000)
      return 'new'
    })
    expect(await cache.getOrSet('k', load)).toBe('old')
    await clock.advance(3_000)
    const late = cache.getOrSet('k', load)
    await clock.advance(2_000)
    expect([await late, await cache.get('k')]).toEqual(['new', 'new'])
    expect(load).toHaveBeenCalledTimes(1)
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

  test('async-cache-dedupe #89: a tag is one mark to invalidate, however many keys have it', async () => {
    const clock = new TestClock()
    const shared = memoryCacheStore({ clock, maxEntries: 20_000 })
    const marks = vi.fn(shared.bumpTags)
    const deleted = vi.fn(shared.delete)
    const cache = nodesOver({ ...shared, bumpTags: marks, delete: deleted }, clock)()
    await cache.setMany(Array.from({ length: 10_000 }, (_, id) => [`k${id}`, id, { tags: ['all'] }] as const))
    await cache.deleteByTag('all')
    expect([await cache.has('k0'), await cache.has('k9999')]).toEqual([false, false])
    expect(marks.mock.calls.map(([tags]) => tags.length)).toEqual([1])
    expect(deleted).not.toHaveBeenCalled()
  })
})
