import { memoryLock } from '@base/core/lock'
import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test, vi } from 'vitest'
import { memoryCacheBus } from '../bus/index.js'
import { type CacheStore, memoryCacheStore } from '../store/index.js'
import { type Cache, type CacheOptions, createCache, type LoadContext } from './index.js'

/** A cache over a layer that is only read behind promises. */
function without(options: Partial<CacheOptions> = {}, clock = new TestClock()) {
  const store: CacheStore = { ...memoryCacheStore({ clock }) }
  return { clock, store, cache: createCache({ layers: [store], jitter: [0, 0], clock, ...options }) }
}

describe('without a memory layer, who comes after the invalidation of a tag that the loader names later', () => {
  const bus = memoryCacheBus()
  test.each<[string, (cache: Cache, store: CacheStore) => Promise<void>]>([
    ['loads anew', (cache) => cache.deleteByTag('t')],
    [
      'loads anew as well where another cache has told of it',
      (_, store) => createCache({ layers: [store], bus }).deleteByTag('t'),
    ],
  ])('%s', async (_, invalidate) => {
    const { cache, clock, store } = without({ bus })
    const started = deferred()
    const gate = deferred()
    let version = 1
    const load = async ({ setTags }: LoadContext) => {
      const mine = version
      started.resolve()
      await gate.promise
      setTags(['t'])
      return mine
    }
    const before = cache.getOrSet('k', load)
    await started.promise
    version = 2
    await invalidate(cache, store)
    const after = [1, 2].map(() => cache.getOrSet('k', load))
    // Until they have joined.
    await clock.advance(0)
    expect(cache.stats.misses).toBe(3)
    gate.resolve()
    expect([await before, await Promise.all(after), await cache.get('k')]).toEqual([1, [2, 2], 2])
    expect(cache.stats.loads).toBe(2)
    // A load that began afterwards is not taken for an older one.
    await cache.getOrSet('l', load)
    expect([await cache.get('l'), cache.stats.loads]).toEqual([2, 3])
  })
})

test('without a memory layer, who reads after a set does not join who read while it was written', async () => {
  const clock = new TestClock()
  const inner = memoryCacheStore({ clock })
  const [read, write] = [deferred(), deferred()]
  let isHeld = false
  const store: CacheStore = {
    ...inner,
    getMany: async (...args) => {
      const found = await inner.getMany(...args)
      if (isHeld) await read.promise
      return found
    },
    set: async (...args) => {
      if (isHeld) await write.promise
      return inner.set(...args)
    },
  }
  const { cache } = without({ layers: [store] }, clock)
  await cache.set('k', 'old')
  isHeld = true
  const setting = cache.set('k', 'new')
  const early = cache.get('k')
  await clock.advance(0)
  write.resolve()
  await setting
  isHeld = false
  const late = cache.get('k')
  read.resolve()
  expect([await early, await late]).toEqual(['old', 'new'])
})

describe('earlyRefresh', () => {
  const early = { ttl: 10_000, earlyRefresh: true, random: () => 0.999 } as const
  const memoryAbove = (clock: TestClock) => {
    const { store } = without({}, clock)
    const node = () =>
      createCache({ layers: [memoryCacheStore({ clock }), store], jitter: [0, 0], clock, ...early })
    return [node(), node()] as const
  }

  test.each<[string, (clock: TestClock) => readonly [writer: Cache, reader: Cache]]>([
    [
      'of what is found below',
      (clock) => {
        const { cache } = without(early, clock)
        return [cache, cache]
      },
    ],
    [
      'under a lock',
      (clock) => {
        const { cache } = without({ ...early, lock: memoryLock({ clock }) }, clock)
        return [cache, cache]
      },
    ],
    ['of what another node has loaded', memoryAbove],
  ])('loads anew within the last fifth of a life, once: %s', async (_, make) => {
    const clock = new TestClock()
    const [writer, reader] = make(clock)
    const load = vi.fn(async () => {
      await clock.sleep(500)
      return load.mock.calls.length
    })
    const first = writer.getOrSet('k', load)
    await clock.advance(500)
    await first
    await clock.advance(8_000)
    expect(await Promise.all([reader.getOrSet('k', load), reader.getOrSet('k', load)])).toEqual([1, 1])
    await clock.advance(500)
    expect([load.mock.calls.length, await reader.get('k')]).toEqual([2, 2])
    expect(await reader.getOrSet('k', load)).toBe(2)
    expect(load).toHaveBeenCalledTimes(2)
  })

  test('is not for what has a longer life before it, nor for a cache without it', async () => {
    const { cache, clock, store } = without(early)
    const plain = createCache({ layers: [store], ttl: 10_000, random: () => 0.999, clock })
    const load = vi.fn(() => clock.sleep(500))
    const first = cache.getOrSet('k', load)
    await clock.advance(500)
    await first
    await clock.advance(7_999)
    await cache.getOrSet('k', load)
    await clock.advance(1_000)
    await plain.getOrSet('k', load)
    await clock.advance(500)
    expect(load).toHaveBeenCalledOnce()
  })
})
