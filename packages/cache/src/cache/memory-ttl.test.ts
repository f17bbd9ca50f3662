import { memoryLock } from '@base/core/lock'
import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { memoryCacheBus } from '../bus/index.js'
import { type CacheStore, memoryCacheStore } from '../store/index.js'
import { cacheConformance } from '../testing/index.js'
import { type Cache, type CacheOptions, createCache } from './index.js'

/** Processes over a store that they share, whose reads are counted and may fail; no bus, unless a test gives one. */
function fleet(options: Partial<CacheOptions> = {}) {
  const clock = new TestClock()
  const shared = memoryCacheStore({ clock })
  const state: { mode: 'up' | 'down' | 'hangs'; reads: number } = { mode: 'up', reads: 0 }
  const store: CacheStore = {
    ...shared,
    getMany: async (...args) => {
      state.reads++
      if (state.mode === 'down') throw new Error('no connection')
      if (state.mode === 'hangs') await new Promise(() => {})
      return shared.getMany(...args)
    },
  }
  const node = (more: Partial<CacheOptions> = {}): Cache =>
    createCache({
      layers: [memoryCacheStore({ clock }), store],
      ttl: '1h',
      jitter: [0, 0],
      memoryTtl: '10s',
      clock,
      ...options,
      ...more,
    })
  return { clock, shared, state, node, a: node(), b: node() }
}

describe('a cache with a memoryTtl', () => {
  cacheConformance(
    () => {
      const { clock, a } = fleet({ memoryTtl: 1 })
      return { subject: a, advance: (d) => clock.advance(d), dispose: () => a.close() }
    },
    { test },
  )
})

describe('memoryTtl', () => {
  const reads: readonly (readonly [string, (cache: Cache) => Promise<unknown>])[] = [
    ['get', (cache) => cache.get('k')],
    ['getOrSet', (cache) => cache.getOrSet('k', () => 'loaded')],
    ['getMany', async (cache) => (await cache.getMany(['k', 'none']))[0]],
    ['getEntry', async (cache) => (await cache.getEntry('k'))?.value],
  ]

  describe.each([
    ['without a bus', () => undefined],
    ['with a bus that nobody else is on', () => memoryCacheBus()],
  ])('%s', (_, busOf) => {
    describe.each<[string, readonly string[]]>([
      ['an entry without tags', []],
      ['an entry with tags', ['t']],
    ])('%s', (_, tags) => {
      test.each(reads)(
        'is read by %s as another process has set it, once that has passed',
        async (_, read) => {
          const { clock, a, b } = pair()
          await a.set('k', 'old', { tags })
          await b.set('k', 'new', { tags })
          await clock.advance(9_999)
          expect(await read(a)).toBe('old')
          await clock.advance(1)
          expect(await read(a)).toBe('new')
        },
      )

      test.each<[string, (cache: Cache) => Promise<void>]>([
        ['deleted', (cache) => cache.delete('k')],
        ['cleared', (cache) => cache.clear()],
        ['deleted by a pattern', (cache) => cache.deleteByPattern('*')],
      ])('that another process has %s is gone once that has passed', async (_, change) => {
        const { clock, a, b } = pair()
        await a.set('k', 'old', { tags })
        await change(b)
        await clock.advance(9_999)
        expect([await a.has('k'), await a.get('k')]).toEqual([true, 'old'])
        await clock.advance(1)
        expect([await a.has('k'), await a.get('k'), await a.getMany(['k'])]).toEqual([
          false,
          undefined,
          [undefined],
        ])
      })

      test('that is still below is good for as long once more', async () => {
        const { clock, a, state } = pair()
        const load = vi.fn()
        await a.set('k', 'old', { tags })
        for (const asked of [1, 2, 3]) {
          await clock.advance('10s')
          for (const [, read] of reads) expect(await read(a)).toBe('old')
          expect(await a.getOrSet('k', load)).toBe('old')
          // Those of `none`, which is nowhere.
          expect(state.reads).toBe(2 * asked)
        }
        expect(load).not.toHaveBeenCalled()
      })

      function pair() {
        const all = fleet()
        return { ...all, a: all.node({ bus: busOf() }), b: all.node({ bus: busOf() }) }
      }
    })
  })

  test('holds for what was loaded, filled from below, warmed up, and cached', async () => {
    const { clock, a, b, node } = fleet()
    const c = node()
    const d = node()
    await a.getOrSet('k', () => 'old')
    expect(await b.get('k')).toBe('old')
    await c.warmUp(['k'], () => 'none')
    const find = d.cached(() => 'none', { key: () => 'k' })
    expect(await find()).toBe('old')
    const writer = node()
    await writer.set('k', 'new')
    await clock.advance(9_999)
    expect([await a.get('k'), await b.get('k'), await c.get('k'), await find()]).toEqual(Array(4).fill('old'))
    await clock.advance(1)
    expect([await a.get('k'), await b.get('k'), await c.get('k'), await find()]).toEqual(Array(4).fill('new'))
  })

  test('holds in a namespace, whose clearing by another process shows after it', async () => {
    const { clock, a, b } = fleet()
    const [mine, other] = [a.namespace('n'), b.namespace('n')]
    await mine.setMany([
      ['x', 1],
      ['y', 2],
    ])
    await other.clear()
    await other.set('y', 3)
    expect(await mine.getMany(['x', 'y'])).toEqual([1, 2])
    await clock.advance('10s')
    expect(await mine.getMany(['x', 'y'])).toEqual([undefined, 3])
  })

  test('does not make an entry live longer than its ttl', async () => {
    const { clock, a, state } = fleet({ ttl: '4s' })
    await a.set('k', 1)
    await clock.advance(3_999)
    expect([await a.get('k'), state.reads]).toEqual([1, 0])
    await clock.advance(1)
    expect(await a.get('k')).toBeUndefined()
  })

  test('of Infinity is none: memory answers until the end, for entries with tags too', async () => {
    const { clock, a, state } = fleet({ memoryTtl: Number.POSITIVE_INFINITY })
    await a.set('k', 1)
    await a.set('t', 1, { tags: ['t'] })
    await clock.advance('59m')
    expect([await a.getMany(['k', 't']), state.reads]).toEqual([[1, 1], 0])
  })

  test('changes nothing of what a bus tells, which counts at once', async () => {
    const { a, b } = fleet({ bus: memoryCacheBus() })
    await a.setMany([
      ['set', 'old'],
      ['deleted', 'old'],
    ])
    await b.set('set', 'new')
    await b.delete('deleted')
    expect(await a.getMany(['set', 'deleted'])).toEqual(['new', undefined])
  })

  test('makes of a crowd one question', async () => {
    const { clock, a, b, state } = fleet()
    await a.set('k', 'old')
    await b.set('k', 'new')
    await clock.advance('10s')
    const load = vi.fn()
    const crowd = Array.from({ length: 100 }, () => [a.getOrSet('k', load), a.get('k'), a.getMany(['k'])])
    expect(new Set((await Promise.all(crowd.flat())).flat())).toEqual(new Set(['new']))
    expect([state.reads, load.mock.calls.length]).toEqual([1, 0])
  })

  test('makes of a crowd one load where the entry is gone below', async () => {
    const { clock, a, b, state } = fleet()
    await a.set('k', 'old')
    await b.delete('k')
    await clock.advance('10s')
    const load = vi.fn(async () => 'new')
    const crowd = Array.from({ length: 100 }, () => a.getOrSet('k', load))
    expect(new Set(await Promise.all(crowd))).toEqual(new Set(['new']))
    expect([state.reads, load.mock.calls.length]).toEqual([1, 1])
  })

  test('that has passed is a hit where the entry is still below, and a miss where it is not', async () => {
    const { clock, a, b } = fleet()
    const heard: string[] = []
    for (const event of ['hit', 'miss', 'stale'] as const)
      a.on(event, ({ key }) => heard.push(`${event} ${key}`))
    await a.setMany([
      ['kept', 1],
      ['gone', 1],
    ])
    await b.delete('gone')
    await clock.advance('10s')
    await a.get('kept')
    await a.get('gone')
    expect(heard).toEqual(['hit kept', 'miss gone'])
    expect(a.stats).toMatchObject({ hits: 1, misses: 1, stale: 0, loads: 0 })
  })

  describe('where the layer below cannot be asked', () => {
    test('the entry is as good as before, and a dead layer is asked once in each', async () => {
      const { clock, a, state } = fleet()
      const load = vi.fn()
      const errors = vi.fn()
      a.on('error', errors)
      await a.set('k', 1)
      state.mode = 'down'
      for (const asked of [1, 2, 3, 4]) {
        await clock.advance('10s')
        for (let hit = 0; hit < 10; hit++)
          expect([await a.get('k'), await a.getMany(['k']), await a.getOrSet('k', load)]).toEqual([1, [1], 1])
        expect([state.reads, errors.mock.calls.length]).toEqual([asked, asked])
      }
      expect(load).not.toHaveBeenCalled()
    })

    test('one that hangs is waited for three times, for all keys together, and then left alone for a second', async () => {
      const { clock, a, state } = fleet()
      const keys = Array.from({ length: 10 }, (_, index) => `k${index}`)
      await a.setMany(keys.map((key) => [key, key]))
      state.mode = 'hangs'
      await clock.advance('10s')
      const took: number[] = []
      const reading = (async () => {
        for (const key of keys) {
          const from = clock.monotonic()
          expect(await a.get(key)).toBe(key)
          took.push(clock.monotonic() - from)
        }
      })()
      await clock.advance('1s')
      await reading
      expect(took).toEqual([100, 100, 100, ...Array(7).fill(0)])
      expect(state.reads).toBe(3)
    })

    test('what another process has set shows when it is back', async () => {
      const { clock, a, b, state } = fleet()
      await a.set('k', 'old')
      await b.set('k', 'new')
      state.mode = 'down'
      await clock.advance('10s')
      expect(await a.get('k')).toBe('old')
      state.mode = 'up'
      await clock.advance(9_999)
      expect(await a.get('k')).toBe('old')
      await clock.advance(1)
      expect(await a.get('k')).toBe('new')
    })
  })

  test('shorter than the layer takes does not bring back what was set meanwhile', async () => {
    const clock = new TestClock()
    const shared = memoryCacheStore({ clock })
    const late =
      <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) =>
      async (...args: Args) => {
        await clock.sleep(50)
        return call(...args)
      }
    const store = { ...shared, getMany: late(shared.getMany), set: late(shared.set) }
    const cache = createCache({
      layers: [memoryCacheStore({ clock }), store],
      memoryTtl: 10,
      jitter: [0, 0],
      clock,
    })
    const settled = async <T>(call: Promise<T>) => {
      await clock.advance(200)
      return call
    }
    await settled(cache.set('k', 'old'))
    const reading = cache.get('k')
    await clock.advance(20)
    const writing = cache.set('k', 'new')
    await clock.advance(25)
    expect(await settled(cache.get('k'))).toBeOneOf(['old', 'new'])
    await settled(Promise.all([reading, writing]))
    expect(await settled(cache.get('k'))).toBe('new')
    expect(await settled(cache.getOrSet('k', () => 'loaded'))).toBe('new')
  })

  describe('with stale values', () => {
    test('what was deleted below is loaded, and not served', async () => {
      const { clock, a, b } = fleet({ staleWhileRevalidate: '1h', grace: '1h' })
      await a.set('k', 'old')
      await b.delete('k')
      await clock.advance('10s')
      expect(await a.getOrSet('k', () => 'new')).toBe('new')
      await clock.advance('10s')
      await b.delete('k')
      await clock.advance('10s')
      await expect(a.getOrSet('k', () => Promise.reject(new Error('down')))).rejects.toThrow('down')
    })

    test('what has ended is served as without it', async () => {
      const { clock, a, state } = fleet({ ttl: '15s', staleWhileRevalidate: '30s', grace: '1h' })
      await a.set('k', 'old')
      await clock.advance('20s')
      state.mode = 'down'
      expect(await a.getOrSet('k', () => 'new')).toBe('old')
      await clock.advance(0)
      expect(await a.get('k')).toBe('new')
      await clock.advance('10m')
      expect(await a.getOrSet('k', () => Promise.reject(new Error('down')))).toBe('new')
    })

    test('what was set below and has ended there since is newer than what is fresh here', async () => {
      const { clock, a, b } = fleet({ grace: '1h' })
      for (const key of ['k', 'many']) {
        await a.set(key, 'old')
        await clock.advance(1)
        await b.set(key, 'newer', { ttl: '1s' })
      }
      await clock.advance('10s')
      expect(await a.getMany(['many'])).toEqual([undefined])
      expect(await a.getOrSet('k', () => Promise.reject(new Error('down')))).toBe('newer')
    })

    test('what is older below, since that could not be written, is none of that', async () => {
      const { clock, a, shared, node } = fleet({ grace: '2h' })
      const b = node({
        layers: [memoryCacheStore({ clock }), { ...shared, set: () => Promise.reject(new Error('full')) }],
      })
      await a.set('k', 'old', { ttl: '1s' })
      await clock.advance('2s')
      expect(await b.getOrSet('k', () => 'new')).toBe('new')
      await clock.advance('10s')
      expect([await b.get('k'), await b.getMany(['k'])]).toEqual(['new', ['new']])
    })
  })

  test('leaves an early refresh in the last fifth of a life', async () => {
    const { clock, a } = fleet({ earlyRefresh: true, random: () => 0.999, ttl: '100s' })
    const load = vi.fn(() => clock.sleep('10s').then(() => load.mock.calls.length))
    const first = a.getOrSet('k', load)
    await clock.advance('10s')
    await first
    for (let second = 0; second < 79; second++) {
      await clock.advance('1s')
      expect(await a.getOrSet('k', load)).toBe(1)
    }
    expect(load).toHaveBeenCalledTimes(1)
    await clock.advance('1s')
    expect(await a.getOrSet('k', load)).toBe(1)
    await clock.advance('10s')
    expect([load.mock.calls.length, await a.get('k')]).toEqual([2, 2])
  })

  test('with a lock is one load in all processes for what is gone below', async () => {
    const clock = new TestClock()
    const store = { ...memoryCacheStore({ clock }) }
    const lock = memoryLock({ clock })
    const node = () =>
      createCache({
        layers: [memoryCacheStore({ clock }), store],
        memoryTtl: '10s',
        jitter: [0, 0],
        lock,
        clock,
      })
    const nodes = [node(), node(), node()]
    const load = vi.fn(async () => load.mock.calls.length)
    for (const each of nodes) expect(await each.getOrSet('k', load)).toBe(1)
    await node().delete('k')
    await clock.advance('10s')
    const loading = Promise.all(nodes.map((each) => each.getOrSet('k', load)))
    await clock.advance('1s')
    expect([await loading, load.mock.calls.length]).toEqual([[2, 2, 2], 2])
  })

  test('asks the layers from the top down', async () => {
    const clock = new TestClock()
    const [middle, lowest] = [memoryCacheStore({ clock }), memoryCacheStore({ clock })]
    const node = () =>
      createCache({
        layers: [memoryCacheStore({ clock }), { ...middle }, { ...lowest }],
        memoryTtl: '10s',
        jitter: [0, 0],
        clock,
      })
    const [a, b] = [node(), node()]
    await a.set('k', 'old')
    await middle.clear()
    await clock.advance('10s')
    expect(await a.get('k')).toBe('old')
    await b.delete('k')
    await clock.advance('10s')
    expect(await a.get('k')).toBeUndefined()
  })

  test('counts to maxBytes what it needs of each entry', async () => {
    const { clock, shared, node } = fleet()
    const bytesOf = async (memoryTtl: CacheOptions['memoryTtl']) => {
      const cache = node({ layers: [memoryCacheStore({ maxBytes: 100_000, clock }), shared], memoryTtl })
      await cache.set('k', 1)
      return cache.stats.bytes
    }
    expect(await bytesOf('1m')).toBeGreaterThan(await bytesOf(undefined))
    expect(await bytesOf(Number.POSITIVE_INFINITY)).toBe(await bytesOf(undefined))
  })

  test.each([[0], [-1], ['0s'], [Number.NaN], ['soon'], [null]])('of %j is refused', (memoryTtl) => {
    expect(() => fleet({ memoryTtl: memoryTtl as never })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        details: expect.objectContaining({ option: 'memoryTtl' }),
      }),
    )
  })

  test('is refused over a first layer that is no memory, where there is nothing that it could do', () => {
    const layers = [{ ...memoryCacheStore() }, memoryCacheStore()]
    expect(() => createCache({ layers, memoryTtl: '5s' })).toThrow(
      '@base/cache createCache: memoryTtl must be left out where the first layer is no memoryCacheStore()',
    )
  })

  test('changes nothing of memory alone, which has nobody to ask', async () => {
    const clock = new TestClock()
    const bytesOf = async (memoryTtl: CacheOptions['memoryTtl']) => {
      const layers = [memoryCacheStore({ maxBytes: 100_000, clock })]
      const cache = createCache({ layers, ttl: '1h', memoryTtl, clock })
      await cache.set('k', 1, { tags: ['t'] })
      await clock.advance('30m')
      expect(await cache.get('k')).toBe(1)
      return cache.stats.bytes
    }
    expect(await bytesOf('1s')).toBe(await bytesOf(undefined))
  })
})
