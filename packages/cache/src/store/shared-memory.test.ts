import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { memoryCacheBus } from '../bus/index.js'
import { type Cache, type CacheOptions, createCache } from '../cache/index.js'
import { type CacheStore, memoryCacheStore } from './index.js'

afterEach(() => {
  vi.restoreAllMocks()
})

/** Two caches on one memory store, and one on its own; all on a bus. */
function onOneStore(options: Partial<CacheOptions> = {}) {
  const clock = new TestClock()
  const bus = memoryCacheBus()
  const shared = memoryCacheStore({ clock })
  const node = (store = shared, more = options) =>
    createCache({ layers: [store], bus, jitter: [0, 0], clock, ...more })
  return { clock, a: node(), b: node(shared, {}), far: node(memoryCacheStore({ clock })) }
}

test('a cache without a bus takes no chance to be made: workerd gives none while a module loads', () => {
  const randomUUID = vi.spyOn(crypto, 'randomUUID')
  createCache({ layers: [memoryCacheStore()] })
  expect(randomUUID).not.toHaveBeenCalled()
})

describe('caches that share a memory store, and a bus', () => {
  test.each<[string, Partial<CacheOptions>]>([
    ['of one namespace', {}],
    ['of their own namespaces', { namespace: 'a' }],
  ])('do not delete what another has just written: %s', async (_, options) => {
    const { a, b, far } = onOneStore(options)
    await a.set('k', 1)
    await b.set('l', 2)
    expect([await a.get('k'), await b.get('l')]).toEqual([1, 2])
    // What others tell they hear as before.
    await far.set('k', 3)
    expect(await a.get('k')).toBeUndefined()
  })

  test.each<[string, (cache: Cache) => Promise<unknown>]>([
    ['key', (cache) => cache.delete('k')],
    ['tag', (cache) => cache.deleteByTag('t')],
    ['pattern', (cache) => cache.deleteByPattern('k*')],
    ['clearing', (cache) => cache.clear()],
  ])('hear of an invalidation while they load: %s', async (_, invalidate) => {
    const { a, b } = onOneStore()
    const gate = deferred<string>()
    // Until both are on the bus.
    await Promise.all([a.get('k'), b.get('k')])
    const before = b.getOrSet('k', () => gate.promise, { tags: ['t'] })
    await invalidate(a)
    const after = b.getOrSet('k', () => 'new', { tags: ['t'] })
    gate.resolve('old')
    expect([await before, await after, await a.get('k')]).toEqual(['old', 'new', 'new'])
  })
})

test.each([[true], [false]])(
  'a load of one of them from before a set of another does not come back once that is gone: a bus %s',
  async (hasBus) => {
    const clock = new TestClock()
    const shared = memoryCacheStore({ clock })
    const silent = { publish: async () => {}, subscribe: async () => () => {} }
    const node = () =>
      createCache({ layers: [shared], ...(hasBus && { bus: silent }), jitter: [0, 0], clock })
    const [a, b] = [node(), node()]
    const gate = deferred<string>()
    const before = a.getOrSet('k', () => gate.promise)
    await clock.advance(0)
    await b.set('k', 'new', { ttl: 10 })
    await clock.advance(10)
    gate.resolve('old')
    expect([await before, await a.get('k'), await b.get('k')]).toEqual(['old', undefined, undefined])
    expect(await a.getOrSet('k', () => 'newest')).toBe('newest')
    expect(await b.get('k')).toBe('newest')
  },
)

test.each([[true], [false]])(
  'a deletion that a layer of one of them learns of late holds for all that share the memory: a bus %s',
  async (hasBus) => {
    const clock = new TestClock()
    const [shared, lower] = [memoryCacheStore({ clock }), memoryCacheStore({ clock })]
    let isAway = false
    const unsteady: CacheStore = {
      ...lower,
      delete: async (keys) => {
        if (isAway) throw new Error('away')
        return lower.delete(keys)
      },
    }
    const bus = hasBus ? memoryCacheBus() : undefined
    const node = (store: CacheStore) =>
      createCache({ layers: [shared, store], ...(bus && { bus }), jitter: [0, 0], clock })
    const [a, b] = [node(unsteady), node({ ...lower })]
    await a.set('k', 'old')
    isAway = true
    await a.delete('k')
    expect(await b.get('k')).toBe('old')
    isAway = false
    await clock.advance(1_000)
    expect([await a.get('k'), await b.get('k')]).toEqual([undefined, undefined])
  },
)

test('a memory store frees what has ended, also once one of the caches that share it is closed', async () => {
  const { a, b, clock } = onOneStore({ namespace: 'a' })
  await a.set('k', 1, { ttl: 1_000 })
  await a.close()
  for (let id = 0; id < 100; id++) await b.set(`k${id}`, id, { ttl: 1_000 })
  expect(b.stats.entries).toBe(101)
  await clock.advance(2_000)
  expect(b.stats.entries).toBe(0)
})
