import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test, vi } from 'vitest'
import { memoryCacheBus } from '../bus/index.js'
import { type CacheStore, memoryCacheStore } from '../store/index.js'
import { type Cache, type CacheOptions, createCache } from './index.js'

const MANY = 10_001
const names = Array.from({ length: MANY }, (_, index) => `k${index}`)
const entries = names.map((name) => [name, name] as const)

/** Nodes over a store whose bulk calls take 40 µs for each key; 10,001 at once would be too slow for any limit. */
function fleet() {
  const clock = new TestClock()
  const shared = memoryCacheStore({ clock, maxEntries: 100_000 })
  const gates: { refused?: string | undefined } = {}
  const pass = async (keys: readonly string[]) => {
    if (keys.includes(gates.refused as string)) {
      gates.refused = undefined
      throw new Error('away')
    }
    if (keys.length > 1) await clock.sleep(Math.ceil(keys.length * 0.04))
  }
  const store: CacheStore = {
    ...shared,
    getMany: async (keys, ...rest) => {
      await pass(keys)
      return shared.getMany(keys, ...rest)
    },
    setMany: async (written, ...rest) => {
      await pass(written.map(([key]) => key))
      return shared.setMany(written, ...rest)
    },
    delete: async (keys) => {
      await pass(keys)
      return shared.delete(keys)
    },
  }
  const bus = memoryCacheBus()
  const node = (more: Partial<CacheOptions> = {}) =>
    createCache({
      layers: [memoryCacheStore({ clock, maxEntries: 100_000 }), store],
      jitter: [0, 0],
      clock,
      bus,
      ...more,
    })
  const until = async <T>(work: Promise<T>): Promise<T> => {
    await clock.advance('2s')
    return work
  }
  return { clock, store, gates, node, until }
}

describe('very many entries at once', () => {
  test('are written and read in slices, each with a limit of its own, and cost others nothing', async () => {
    const { node, until } = fleet()
    const [a, b] = [node(), node()]
    const errors = vi.fn()
    for (const cache of [a, b]) cache.on('error', errors)
    await a.set('other', 1)
    expect(await b.get('other')).toBe(1)
    await b.set('k7', 'old')
    await until(a.setMany(entries))
    expect([await b.get('k7'), b.stats.entries]).toEqual(['k7', 2])
    expect(await until(node().getMany(names))).toEqual(names)
    expect(await node().get('other')).toBe(1)
    expect(errors).not.toHaveBeenCalled()
  })

  test('of which a layer above lacks all fill it in slices', async () => {
    const { clock, store, node, until } = fleet()
    await until(node().setMany(entries))
    const middle = memoryCacheStore({ clock, maxEntries: 100_000 })
    const setMany = vi.fn(middle.setMany)
    await until(node({ layers: [{ ...middle, setMany }, store] }).getMany(names))
    expect(Math.max(...setMany.mock.calls.map(([written]) => written.length))).toBe(500)
    expect(await until(node({ layers: [{ ...middle }] }).getMany(names))).toEqual(names)
  })

  test('of which one slice cannot be written are lost below in that one alone', async () => {
    const { gates, node, until } = fleet()
    gates.refused = 'k700'
    await until(node().setMany(entries))
    const found = await until(node().getMany(names))
    const lost = names.filter((_, index) => found[index] === undefined)
    expect([lost.length, lost[0], lost.at(-1)]).toEqual([500, 'k500', 'k999'])
  })

  test('are deleted and told by their names, also where one slice comes later', async () => {
    const { gates, node, until } = fleet()
    const [a, b] = [node(), node()]
    const read = (cache: Cache) => until(cache.getMany(['other', 'k700']))
    await a.set('other', 1)
    await a.set('k700', 1)
    expect(await read(b)).toEqual([1, 1])
    gates.refused = 'k700'
    await until(a.deleteMany(names))
    expect(b.stats.entries).toBe(1)
    expect([await read(b), await read(node())]).toEqual([
      [1, undefined],
      [1, undefined],
    ])
  })
})

test('very many keys are not gone through for each load that runs, and those that are named win over theirs', async () => {
  const cache = createCache({ layers: [memoryCacheStore()] })
  const gate = deferred<string>()
  const loads = ['k7', 'other'].map((key) => cache.getOrSet(key, () => gate.promise))
  const looks = vi.spyOn(Array.prototype, 'includes')
  await cache.deleteMany(names)
  const count = looks.mock.contexts.filter((list) => (list as unknown[]).length === MANY).length
  looks.mockRestore()
  gate.resolve('loaded')
  await Promise.all(loads)
  expect([count, await cache.get('k7'), await cache.get('other')]).toEqual([0, undefined, 'loaded'])
})

describe('while the first slice of very many is written', () => {
  const some = names.slice(0, 600).map((name) => [name, 'bulk', { tags: ['t'] }] as const)

  test.each<[string, (here: Cache, there: Cache) => Promise<unknown>, unknown]>([
    ['set', (here) => here.set('k599', 'newer'), 'newer'],
    ['deleted', (here) => here.delete('k599'), undefined],
    ['invalidated by a tag', (here) => here.deleteByTag('t'), undefined],
    ['invalidated by a pattern', (here) => here.deleteByPattern('*599'), undefined],
    ['cleared', (here) => here.clear(), undefined],
    ['deleted elsewhere', (_, there) => there.delete('k599'), undefined],
    ['invalidated by a tag elsewhere', (_, there) => there.deleteByTag('t'), undefined],
  ])('what is %s of a later one stays so', async (_, change, expected) => {
    const { node, until } = fleet()
    const [a, b] = [node(), node()]
    await until(Promise.all([a.set('k599', 'old'), b.get('k599')]))
    await until(Promise.all([a.setMany(some), change(a, b)]))
    expect([await a.get('k599'), await node().get('k599')]).toEqual([expected, expected])
  })

  test('what is deleted elsewhere and set here again is there', async () => {
    const { clock, node, until } = fleet()
    const [a, b] = [node(), node()]
    await until(Promise.all([a.get('k599'), b.get('k599')]))
    const writing = a.setMany(some)
    await b.delete('k599')
    await clock.advance(0)
    await a.set('k599', 'again')
    await until(writing)
    expect([await a.get('k599'), await node().get('k599'), await node().get('k598')]).toEqual([
      'again',
      'again',
      'bulk',
    ])
  })
})

test('an array of keys may be used for something else as soon as it was handed over', async () => {
  const { node, until } = fleet()
  const [a, b] = [node(), node()]
  const deleted = vi.fn()
  b.on('delete', ({ key }) => deleted(key))
  await until(a.setMany(entries.slice(0, 2)))
  const batch = names.slice(0, 2)
  // The first call waits for the bus.
  const reading = [b.getMany(batch), a.getMany(batch), node().getMany(batch)]
  const deleting = b.deleteMany(batch)
  batch.splice(0, 2, 'z')
  const sizes = (await until(Promise.all(reading))).map((values) => values.length)
  await deleting
  expect([sizes, deleted.mock.calls, b.stats.deletes]).toEqual([[2, 2, 2], [['k0'], ['k1']], 2])
})
