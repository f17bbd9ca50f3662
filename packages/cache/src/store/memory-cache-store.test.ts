import { TestClock } from '@base/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { createCache } from '../cache/index.js'
import { cacheStoreConformance } from '../testing/index.js'
import { Ghost } from './ghost.js'
import { type CacheStore, type MemoryCacheStoreOptions, memoryCacheStore } from './index.js'
import { engineOf } from './memory-cache-store.js'
import { matchesPattern } from './pattern.js'

const HOUR = 3_600_000

function onTestClock(options: MemoryCacheStoreOptions = {}) {
  const clock = new TestClock()
  const store = memoryCacheStore({ clock, ...options })
  const set = (key: string, value: unknown = key, life = HOUR, tags: readonly string[] = []) => {
    const end = clock.now() + life
    return store.set(key, { value, expiresAt: end, staleUntil: end, tags })
  }
  return { clock, store, set, engine: engineOf(store) as NonNullable<ReturnType<typeof engineOf>> }
}

async function has(store: CacheStore, key: string): Promise<boolean> {
  return (await store.getMany([key], [])).entries[0] !== undefined
}

describe('memoryCacheStore', () => {
  cacheStoreConformance(
    () => {
      const { clock, store } = onTestClock()
      return { subject: store, advance: (d) => clock.advance(d), dispose: () => store.close() }
    },
    { test },
  )

  test('never holds more entries than it may', async () => {
    const { store, set, engine } = onTestClock({ maxEntries: 100 })
    for (let id = 0; id < 1_000; id++) {
      await set(`k${id % 300}`)
      expect(engine.size).toBeLessThanOrEqual(100)
    }
    expect(engine.size).toBe(100)
    expect(await has(store, 'k99')).toBe(true)
  })

  test('one entry is enough', async () => {
    const { store, set } = onTestClock({ maxEntries: 1 })
    await set('a')
    await set('b')
    expect([await has(store, 'a'), await has(store, 'b')]).toEqual([false, true])
  })

  test('never holds more bytes than it may, and nothing above a quarter of them', async () => {
    const { store, set, engine } = onTestClock({ maxBytes: 10_000 })
    for (let id = 0; id < 100; id++) {
      await set(`k${id}`, 'x'.repeat(id * 10))
      expect(engine.bytes).toBeLessThanOrEqual(10_000)
    }
    await set('large', new Uint8Array(3_000))
    await set('k', 'small')
    await set('k', 'x'.repeat(2_000))
    expect([await has(store, 'large'), await has(store, 'k')]).toEqual([false, false])
    await store.clear()
    expect(engine.bytes).toBe(0)
  })

  test('tags take room too, each once, and an entry of too many is not stored', async () => {
    const { store, set, engine } = onTestClock({ maxBytes: 100_000 })
    await set('plain', 1)
    const plain = engine.bytes
    await set('tagged', 1, HOUR, ['t', 'u'])
    const tagged = engine.bytes - plain
    await set('tagger', 1, HOUR, ['t', 'u'])
    const shared = engine.bytes - plain - tagged
    expect(tagged - shared).toBeGreaterThan(300)
    expect(shared).toBeGreaterThan(plain)
    for (let id = 0; id < 300; id++) {
      await set(`k${id}`, 1, HOUR, [`a${id}`, `b${id}`.repeat(100)])
      expect(engine.bytes).toBeLessThanOrEqual(100_000)
    }
    expect(engine.size).toBeLessThan(100)
    const many = Array.from({ length: 200 }, (_, id) => `many${id}`)
    await set('k299', 1, HOUR, many)
    expect([await has(store, 'k298'), await has(store, 'k299')]).toEqual([true, false])
    await store.delete([...engine.keys()])
    expect(engine.bytes).toBe(0)
  })

  test.each([
    ['in proportion to maxBytes', { maxBytes: 1_600_000 }, 2_000],
    ['but some at least', { maxBytes: 1_000 }, 1_000],
    ['and no more than 65,536', {}, 65_536],
  ])('remembers deletions and marks %s', async (_, limits, most) => {
    const { store, set } = onTestClock(limits)
    const { version } = await store.getMany([], [])
    const refuses = async (key: string, tags: readonly string[] = []) => {
      const entry = {
        value: 1,
        expiresAt: Number.POSITIVE_INFINITY,
        staleUntil: Number.POSITIVE_INFINITY,
        tags,
      }
      return !(await store.set(key, entry, { unlessDeletedSince: version }))
    }
    const names = Array.from({ length: most }, (_, id) => `k${id}`)
    await store.delete(names)
    await store.bumpTags(names)
    expect([await refuses('k0'), await refuses('x', ['k0']), await refuses('x')]).toEqual([true, true, false])
    await store.bumpTags(['one more'])
    expect([await refuses('x', ['y']), await refuses('y')]).toEqual([true, false])
    await store.delete(['one more'])
    expect(await refuses('y')).toBe(true)
    expect(await set('k0')).toBe(true)
  })

  test('an entry that grows pushes others out', async () => {
    const { set, engine } = onTestClock({ maxBytes: 2_000 })
    for (const key of ['a', 'b', 'c', 'd']) await set(key, 'x'.repeat(100))
    await set('d', 'x'.repeat(150))
    await set('c', 'x'.repeat(150))
    await set('b', 'x'.repeat(150))
    expect(engine.bytes).toBeLessThanOrEqual(2_000)
  })

  test('what is read again stays, while a scan passes through', async () => {
    const { store, set } = onTestClock({ maxEntries: 100 })
    for (let id = 0; id < 50; id++) await set(`hot${id}`)
    for (let round = 0; round < 3; round++) for (let id = 0; id < 50; id++) await has(store, `hot${id}`)
    for (let id = 0; id < 1_000; id++) await set(`scan${id}`)
    const kept = await Promise.all(Array.from({ length: 50 }, (_, id) => has(store, `hot${id}`)))
    expect(kept.filter(Boolean)).toHaveLength(50)
  })

  test('frees what has ended, without a read, by a timer that does not hold the process', async () => {
    const { clock, set, engine } = onTestClock()
    for (let id = 0; id < 5_000; id++) await set(`k${id}`, id, 60_000)
    await set('long', 1, 2 * HOUR)
    expect(clock.pending).toBe(0)
    await clock.advance(61_000)
    expect(engine.size).toBe(1)
    await clock.advance(3 * HOUR)
    expect(engine.size).toBe(0)
  })

  test('looks at a part of its entries at a time', async () => {
    const { clock, set, engine } = onTestClock({ maxEntries: 5_000 })
    for (let id = 0; id < 5_000; id++) await set(`k${id}`, id, 1_000)
    await clock.advance(1_000)
    expect(engine.size).toBe(4_000)
    await clock.advance(10)
    expect(engine.size).toBe(3_000)
    await clock.advance(100)
    expect(engine.size).toBe(0)
  })

  test('plans no timer where nothing ever ends', async () => {
    const schedule = vi.spyOn(TestClock.prototype, 'schedule')
    const { set } = onTestClock()
    await set('a', 1, Number.POSITIVE_INFINITY)
    expect(schedule).not.toHaveBeenCalled()
    schedule.mockRestore()
  })

  test('frees nothing by itself once it is closed, until another cache that shares it writes', async () => {
    const { clock, store, set, engine } = onTestClock()
    for (let id = 0; id < 2_000; id++) await set(`k${id}`, id, 1_000)
    await clock.advance(1_000)
    expect(engine.size).toBe(1_000)
    // In the midst of a round.
    await store.close()
    await clock.advance('1h')
    expect(engine.size).toBe(1_000)
    await set('long', 1, 2 * HOUR)
    await set('short', 1, 1_000)
    await clock.advance(1_100)
    expect([...engine.keys()]).toEqual(['long'])
    await clock.advance(2 * HOUR)
    expect(engine.size).toBe(0)
  })

  test('remembers no tag that no entry has, but for a while', async () => {
    const { store, set, engine, clock } = onTestClock()
    for (let id = 0; id < 100; id++) {
      await set(`k${id}`, id, HOUR, [`t${id}`])
      await store.delete([`k${id}`])
    }
    expect(engine.tags.markOf('t1')).toBe(0)
    await store.bumpTags(['t1'])
    expect(engine.tags.markOf('t1')).toBeGreaterThan(0)
    await clock.advance('2m')
    const { version } = await store.getMany([], [])
    await store.bumpTags(['other'])
    await store.bumpTags(['other'])
    expect(engine.tags.markOf('t1')).toBe(0)
    expect(await set('k', 1, HOUR, ['t1'])).toBe(true)
    const entry = { value: 1, expiresAt: clock.now() + HOUR, staleUntil: clock.now() + HOUR, tags: ['other'] }
    expect(await store.set('x', entry, { unlessDeletedSince: version })).toBe(false)
  })

  test('a deletion that is forgotten refuses the loads from before it, whatever their key', async () => {
    const { clock, store } = onTestClock()
    const { version } = await store.getMany([], [])
    await store.delete(['a'])
    await clock.advance('2m')
    await store.delete(['b'])
    await store.delete(['c'])
    const end = clock.now() + HOUR
    const entry = { value: 1, expiresAt: end, staleUntil: end, tags: [] }
    expect(await store.set('a', entry, { unlessDeletedSince: version })).toBe(false)
  })

  test.each<[string, MemoryCacheStoreOptions, string]>([
    ['no entries', { maxEntries: 0 }, 'maxEntries must be'],
    ['no limit at all', { maxEntries: Number.POSITIVE_INFINITY }, 'maxEntries must be'],
    ['a fraction', { maxEntries: 1.5 }, 'maxEntries must be'],
    ['null for the default', { maxEntries: null as never }, 'maxEntries must be'],
    ['too few bytes', { maxBytes: 10 }, 'maxBytes must be'],
    ['a clock that is none', { clock: {} as never }, 'clock must be'],
  ])('refuses %s', (_, options, message) => {
    expect(() => memoryCacheStore(options)).toThrow(`@base/cache memoryCacheStore: ${message}`)
  })

  test('a load is not written after a set that came while it ran, whatever became of its entry', async () => {
    const { clock, store, set } = onTestClock({ maxEntries: 1 })
    const late = async (end: () => unknown) => {
      const { version } = await store.getMany(['k'], [])
      await set('k', 'set', 10, ['t'])
      await end()
      await store.getMany(['k'], [])
      const entry = { value: 'old', expiresAt: clock.now() + HOUR, staleUntil: clock.now() + HOUR, tags: [] }
      return [await store.set('k', entry, { unlessDeletedSince: version }), await has(store, 'k')]
    }
    expect(await late(() => clock.advance(10))).toEqual([false, false])
    expect(await late(() => set('l'))).toEqual([false, false])
  })

  test('tells the cache what it evicts', async () => {
    const cache = createCache({ layers: [memoryCacheStore({ maxEntries: 2 })], namespace: 'n' })
    const heard: unknown[] = []
    cache.on('evict', (event) => heard.push(event))
    for (const key of ['a', 'b', 'c']) await cache.set(key, 1)
    expect(heard).toEqual([{ key: 'a', namespace: ':n' }])
    expect(cache.stats).toMatchObject({ evictions: 1, entries: 2 })
    await cache.close()
  })
})

test('an eviction is told by the cache whose key it was, of any namespace and with any colons', async () => {
  const clock = new TestClock()
  const store = memoryCacheStore({ clock, maxEntries: 1 })
  const [mine, other] = ['mine', 'other'].map((namespace) =>
    createCache({ layers: [store], namespace, clock }),
  )
  const outermost = createCache({ layers: [store], clock })
  const heard: unknown[] = []
  mine?.on('evict', ({ key }) => heard.push(`mine: ${key}`))
  outermost.on('evict', ({ key, namespace }) => heard.push([namespace, key]))
  await mine?.set('a', 1)
  await other?.set('b', 1)
  await outermost.set(':c', 1)
  await outermost.set('d', 1)
  await outermost.namespace('n').set('e', 1)
  expect(heard).toEqual(['mine: a', [':mine', 'a'], [':other', 'b'], ['', ':c'], ['', 'd']])
  expect([mine?.stats.evictions, other?.stats.evictions, outermost.stats.evictions]).toEqual([1, 1, 4])
})

describe('Ghost', () => {
  test('knows what was added lately, once', () => {
    const ghost = new Ghost(100)
    for (let id = 0; id < 50; id++) ghost.add(`k${id}`)
    expect([ghost.take('k49', 100), ghost.take('k49', 100), ghost.take('x', 100)]).toEqual([
      true,
      false,
      false,
    ])
    expect(ghost.take('k0', 10)).toBe(false)
  })
})

describe('matchesPattern', () => {
  test.each<[string, string, boolean]>([
    ['a*', 'abc', true],
    ['*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*a', 'a', false],
    ['*', '', true],
    ['**', 'x', true],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['*ab*ab', 'ab', false],
    ['abc', 'abc', true],
    ['abc', 'abcd', false],
    ['a.c', 'abc', false],
  ])('%j and %j: %s', (pattern, text, matches) => {
    expect(matchesPattern(pattern, text)).toBe(matches)
  })

  test('takes no exponential time', () => {
    expect(matchesPattern(`${'a*'.repeat(1_000)}b`, 'a'.repeat(20_000))).toBe(false)
  })
})
