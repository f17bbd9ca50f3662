import { jsonCodec } from '@base/core/codec'
import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test, vi } from 'vitest'
import { memoryCacheBus } from '../bus/index.js'
import { type CacheStore, memoryCacheStore } from '../store/index.js'
import { matchesPattern } from '../store/pattern.js'
import { type Cache, type CacheOptions, createCache } from './index.js'

/** A cache over memory, and below it a store of which a test replaces parts. */
function over(change: (store: CacheStore, clock: TestClock) => Partial<CacheStore>) {
  const clock = new TestClock()
  const shared = memoryCacheStore({ clock })
  const store: CacheStore = { ...shared, ...change(shared, clock) }
  const node = (more: Partial<CacheOptions> = {}) =>
    createCache({ layers: [memoryCacheStore({ clock }), store], jitter: [0, 0], clock, ...more })
  return { clock, shared, node }
}

/** Keys of a store that needs so long to look at each. */
const slowScan =
  (pause: number) =>
  (store: CacheStore, clock: TestClock): Partial<CacheStore> => ({
    async *scan(pattern, options) {
      for await (const key of store.scan('*', options)) {
        await clock.sleep(pause)
        if (matchesPattern(pattern, key)) yield key
      }
    },
  })

describe('reads of a layer at the same moment', () => {
  /** The keys and tags of each call of the layer. */
  function counted(change: Partial<CacheStore> = {}) {
    const calls: (readonly [keys: readonly string[], tags: readonly string[]])[] = []
    const { clock, shared } = over(() => ({}))
    const store: CacheStore = {
      ...shared,
      getMany: (keys, tags, options) => {
        calls.push([keys, tags])
        return shared.getMany(keys, tags, options)
      },
      ...change,
    }
    return { clock, calls, cache: createCache({ layers: [store], jitter: [0, 0], clock }) }
  }

  test('are one call of it, also of several namespaces, and each gets its own', async () => {
    const { cache, calls } = counted()
    await cache.set('a', 1)
    await cache.set('b', 2, { tags: ['t'] })
    await cache.namespace('n').set('a', 3)
    const read = () =>
      Promise.all([
        cache.get('a'),
        cache.namespace('n').get('a'),
        cache.getMany(['b', 'none', 'a']),
        cache.get('none'),
      ])
    expect(await read()).toEqual([1, 3, [2, undefined, 1], undefined])
    // And one for the mark of the tag, which nobody knew of.
    expect(calls).toEqual([
      [
        ['a', ':n::a', 'b', 'none', 'a', 'none'],
        ['c', 'c:n'],
      ],
      [[], ['tt']],
    ])
    await cache.deleteByTag('t')
    await cache.namespace('n').clear()
    expect(await read()).toEqual([1, undefined, [undefined, undefined, 1], undefined])
  })

  test('of very many keys are several calls', async () => {
    const { cache, calls } = counted()
    const keys = Array.from({ length: 1_200 }, (_, index) => `k${index}`)
    await cache.setMany(keys.map((key) => [key, key]))
    expect(await Promise.all(keys.map((key) => cache.get(key)))).toEqual(keys)
    expect(calls.map(([asked]) => asked.length)).toEqual([500, 500, 200])
    expect(await cache.getMany(keys)).toEqual(keys)
    expect(calls.slice(3).map(([asked]) => asked.length)).toEqual([500, 500, 200])
  })

  test('wait for one deadline together, and count as one failure', async () => {
    const aborted = vi.fn()
    const { cache, clock } = counted({
      getMany: (_keys, _tags, options) => {
        options?.signal?.addEventListener('abort', aborted)
        return new Promise(() => {})
      },
    })
    const heard = vi.fn()
    cache.on('error', heard)
    const reads = Promise.all(['a', 'b', 'c', 'd'].map((key) => cache.get(key)))
    await clock.advance(100)
    expect(await reads).toEqual([undefined, undefined, undefined, undefined])
    expect(aborted).toHaveBeenCalledTimes(1)
    expect(heard).toHaveBeenCalledTimes(1)
  })
})

describe('a layer with very many keys', () => {
  test('is looked through for a pattern, however long that takes, and is used meanwhile', async () => {
    const { clock, node } = over(slowScan(1_000))
    const cache = node()
    await cache.setMany(['a:1', 'a:2', 'a:3', 'b:1'].map((key) => [key, key]))
    const heard = vi.fn()
    cache.on('error', heard)
    const deletion = cache.deleteByPattern('a:*')
    await clock.advance(1_500)
    expect(await node().get('b:1')).toBe('b:1')
    await clock.advance(3_000)
    await deletion
    expect(await node().getMany(['a:1', 'a:2', 'a:3', 'b:1'])).toEqual([
      undefined,
      undefined,
      undefined,
      'b:1',
    ])
    expect(heard).not.toHaveBeenCalled()
  })

  test('is looked through also where most of it is none of what is looked for', async () => {
    const { clock, node } = over(slowScan(120_000))
    const cache = node({ ttl: '1h' })
    await cache.setMany(['b:1', 'b:2', 'b:3', 'a:1'].map((key) => [key, key]))
    const heard = vi.fn()
    cache.on('error', heard)
    const deletion = cache.deleteByPattern('a:*')
    await clock.advance('8m')
    await deletion
    expect(await node().getMany(['a:1', 'b:1'])).toEqual([undefined, 'b:1'])
    expect(heard).not.toHaveBeenCalled()
  })

  test('is left alone where it does not find anything for ten minutes, which ends its search', async () => {
    const ended = vi.fn()
    const { clock, node } = over(() => ({
      scan: (_, options) => ({
        [Symbol.asyncIterator]: () => ({
          next: () =>
            new Promise<never>((_, reject) => {
              options?.signal?.addEventListener('abort', () => {
                ended()
                reject(options.signal?.reason)
              })
            }),
        }),
      }),
    }))
    const cache = node()
    const deletion = cache.deleteByPattern('a:*')
    await clock.advance('10m')
    await deletion
    expect(ended).toHaveBeenCalledTimes(1)
    const closing = cache.close()
    await clock.advance('1s')
    await closing
    clock.assertIdle()
  })

  test('is cleared by its mark: that the room cannot be freed costs nothing', async () => {
    const { clock, node } = over(() => ({
      async *scan() {
        yield await Promise.reject(new Error('away'))
      },
    }))
    const cache = node().namespace('n')
    const other = node().namespace('n')
    await cache.set('k', 1)
    await cache.clear()
    expect(await other.get('k')).toBeUndefined()
    await cache.set('k', 2)
    expect(await other.get('k')).toBe(2)
    await clock.advance('1m')
    expect(await other.get('k')).toBe(2)
  })
})

describe('a namespace that is cleared', () => {
  const deaf = {
    scan: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }),
  }

  test('is so, and the others are told, before its room is freed', async () => {
    const { clock, shared, node } = over(slowScan(1_000))
    const bus = memoryCacheBus()
    const [a, b] = [node({ bus }), node({ bus })].map((cache) => cache.namespace('n'))
    await a?.set('k', 1)
    await a?.namespace('inner').set('k', 1)
    await node().set('k', 1)
    expect(await b?.get('k')).toBe(1)
    await a?.clear()
    expect(await b?.get('k')).toBeUndefined()
    await clock.advance('10s')
    const { entries } = await shared.getMany([':n::k', ':n:inner::k', 'k'], [])
    expect(entries.map((entry) => entry?.value)).toEqual([undefined, undefined, 1])
  })

  test('keeps what was set, or loaded, since, also where it is cleared once more', async () => {
    const { clock, shared, node } = over(slowScan(1_000))
    const cache = node().namespace('n')
    await cache.setMany(['set', 'loaded', 'old', 'cleared'].map((key) => [key, 'before']))
    await cache.clear()
    await cache.set('cleared', 'between')
    await cache.clear()
    await cache.set('set', 'after')
    await cache.getOrSet('loaded', () => 'after')
    await clock.advance('20s')
    const keys = ['set', 'loaded', 'old', 'cleared'].map((key) => `:n::${key}`)
    const { entries } = await shared.getMany(keys, [])
    expect(entries.map((entry) => entry?.value)).toEqual(['after', 'after', undefined, undefined])
  })

  test('is freed until the cache is closed, which is no failure and waits for no store', async () => {
    const { clock, node } = over(() => deaf)
    const cache = node()
    const heard = vi.fn()
    cache.on('error', heard)
    await cache.namespace('n').clear()
    await cache.close()
    expect(heard).not.toHaveBeenCalled()
    clock.assertIdle()
  })

  test.each<[string, Partial<CacheStore>]>([
    [
      'throws',
      {
        scan: () => {
          throw new Error('away')
        },
      },
    ],
    [
      'gives no keys',
      {
        scan: async function* () {
          yield undefined as never
        },
      },
    ],
    ['gives no marks', { getMany: async () => undefined as never }],
  ])('tells of a store that %s, and rejects nowhere', async (_, change) => {
    const { clock, node } = over(() => change)
    const cache = node()
    const heard = vi.fn()
    cache.on('error', heard)
    await cache.namespace('n').clear()
    await clock.advance(0)
    expect(heard).toHaveBeenCalledWith({ error: expect.any(Error), source: 'layer' })
  })
})

test('a failure of a layer tells the key that it was about, where that was one', async () => {
  const fail = async () => {
    throw new Error('away')
  }
  const { node } = over(() => ({ getMany: fail, set: fail, setMany: fail, delete: fail, bumpTags: fail }))
  const keysOf = async (call: (cache: Cache) => Promise<unknown>) => {
    const cache = node()
    const heard = vi.fn()
    cache.on('error', heard)
    await call(cache)
    return heard.mock.calls.map(([{ key }]) => key)
  }
  expect(await keysOf((cache) => cache.get('a'))).toEqual(['a'])
  expect(await keysOf((cache) => cache.set('a', 1))).toEqual(['a'])
  expect(await keysOf((cache) => cache.getMany(['a', 'b']))).toEqual([undefined])
})

describe('a layer that cannot be told', () => {
  test('of a pattern, since its scan throws at once, is told later, and is not read until then', async () => {
    let isDown = true
    const { clock, shared, node } = over((store) => ({
      scan: (...args) => {
        if (isDown) throw new Error('not connected')
        return store.scan(...args)
      },
    }))
    const cache = node()
    const errors = vi.fn()
    cache.on('error', errors)
    await cache.set('user:1', 'old')
    await cache.deleteByPattern('user:*')
    expect(errors).toHaveBeenCalledWith({ error: new Error('not connected'), source: 'layer' })
    expect(await cache.get('user:1')).toBeUndefined()
    await clock.advance('1s')
    isDown = false
    await clock.advance('1s')
    expect(await cache.get('user:1')).toBeUndefined()
    expect((await shared.getMany(['user:1'], [])).entries).toEqual([undefined])
  })

  test('of more keys than can be kept loses the namespace, and nothing of others', async () => {
    let away = false
    const { clock, node } = over((store) => ({
      delete: (keys) => (away ? Promise.reject(new Error('away')) : store.delete(keys)),
    }))
    const mine = node({ namespace: 'mine' })
    await mine.set('k', 1)
    await node({ namespace: 'foreign' }).set('k', 2)
    away = true
    await mine.deleteMany(Array.from({ length: 10_001 }, (_, id) => `k${id}`))
    away = false
    await clock.advance('2s')
    expect(await node({ namespace: 'mine' }).get('k')).toBeUndefined()
    expect(await node({ namespace: 'foreign' }).get('k')).toBe(2)
  })

  test('costs a read no more than 100 ms while it learns', async () => {
    let away = true
    const { clock, node } = over((store, clock) => ({
      delete: async (keys) => {
        if (away) throw new Error('away')
        await clock.sleep(200)
        return store.delete(keys)
      },
    }))
    const cache = node()
    await cache.delete('a')
    away = false
    await clock.advance('1s')
    const from = clock.monotonic()
    let took = Number.NaN
    const read = cache.get('b').then(() => {
      took = clock.monotonic() - from
    })
    await clock.advance(200)
    await read
    expect(took).toBe(100)
  })
})

describe('a layer that learns for long', () => {
  /** Reads one after the other, while it looks for what matches a pattern that it could not be told of. */
  async function learning(reads: number) {
    const gate = deferred()
    let isDown = true
    const { clock, node } = over((store) => ({
      async *scan(...args) {
        if (isDown) throw new Error('away')
        await gate.promise
        yield* store.scan(...args)
      },
    }))
    const cache = node()
    await cache.deleteByPattern('a:*')
    await node().set('b', 1)
    isDown = false
    await clock.advance('1s')
    const took: number[] = []
    const reading = (async () => {
      for (let read = 0; read < reads; read++) {
        const from = clock.monotonic()
        await cache.get(`x${read}`)
        took.push(clock.monotonic() - from)
      }
    })()
    return { clock, cache, gate, took, reading }
  }

  test('is waited for once, by the first who comes', async () => {
    const { clock, took, reading } = await learning(3)
    await clock.advance('1s')
    await reading
    expect(took).toEqual([100, 0, 0])
  })

  test('is asked again as soon as it has learned', async () => {
    const { clock, cache, gate, took, reading } = await learning(3)
    await clock.advance(50)
    gate.resolve()
    await clock.advance('1s')
    await reading
    expect(took).toEqual([50, 0, 0])
    expect(await cache.get('b')).toBe(1)
  })
})

describe('a layer that is far away', () => {
  const far = (pause: number) => (store: CacheStore, clock: TestClock) => {
    const late =
      <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) =>
      async (...args: Args) => {
        await clock.sleep(pause)
        return call(...args)
      }
    return { getMany: late(store.getMany), set: late(store.set) }
  }

  test.each<[pause: number, layerTimeouts: NonNullable<CacheOptions['layerTimeouts']>, errors: number]>([
    [120, {}, 1],
    [120, { read: 150 }, 0],
    [300, { read: '400ms' }, 1],
    [300, { read: '400ms', write: '400ms' }, 0],
    [20, { read: 10 }, 1],
    [20, { write: 10 }, 1],
  ])('by %i ms is of use where %j leave it time', async (pause, layerTimeouts, errors) => {
    const { clock, node } = over(far(pause))
    const [a, b] = [node({ layerTimeouts }), node({ layerTimeouts })]
    const heard = vi.fn()
    for (const cache of [a, b]) cache.on('error', heard)
    const writing = a.set('k', 1)
    await clock.advance('500ms')
    await writing
    const reading = b.get('k')
    await clock.advance('500ms')
    expect([await reading, heard.mock.calls.length]).toEqual([errors === 0 ? 1 : undefined, errors])
  })
})

test('a read that is given up is ended', async () => {
  let given: AbortSignal | undefined
  const { clock, node } = over(() => ({
    getMany: (_keys, _tags, options) => {
      given = options?.signal
      return new Promise<never>(() => {})
    },
  }))
  const reading = node().get('k')
  await clock.advance(99)
  expect(given?.aborted).toBe(false)
  await clock.advance(1)
  await reading
  expect(given?.reason).toMatchObject({ code: 'TIMEOUT' })
})

test('a value that the codec refuses is in no layer, and what was there stays', async () => {
  const codec = {
    ...jsonCodec,
    encode: (value: unknown) => {
      const text = jsonCodec.encode(value)
      if (text.length > 100) throw new Error('too long')
      return text
    },
  }
  const clock = new TestClock()
  const shared: CacheStore = { ...memoryCacheStore({ clock }), encoding: 'bytes' }
  const cache = createCache({ layers: [memoryCacheStore({ clock }), shared], codec, jitter: [0, 0], clock })
  await cache.set('a', 'short')
  const long = { text: 'x'.repeat(100) }
  await expect(cache.set('a', long)).rejects.toThrow(/^too long$/)
  await expect(cache.getOrSet('b', () => long)).rejects.toThrow(/^too long$/)
  expect(await cache.getMany(['a', 'b'])).toEqual(['short', undefined])
})

test('a value that the layer below has no room for stays in memory', async () => {
  const clock = new TestClock()
  const small = memoryCacheStore({ clock, maxBytes: 2_000 })
  const cache = createCache({ layers: [memoryCacheStore({ clock }), { ...small }], clock })
  const load = vi.fn(() => 'x'.repeat(1_000))
  await cache.getOrSet('k', load)
  await cache.getOrSet('k', load)
  expect(load).toHaveBeenCalledTimes(1)
})

test('an early refresh reaches the layers below', async () => {
  const { clock, node } = over(() => ({}))
  const options = { ttl: 10_000, earlyRefresh: true, random: () => 0.999 }
  const cache = node(options)
  let version = 0
  const load = async () => {
    await clock.sleep(500)
    return ++version
  }
  const first = cache.getOrSet('k', load)
  await clock.advance(500)
  await first
  await clock.advance(9_000)
  expect(await cache.getOrSet('k', load)).toBe(1)
  await clock.advance(500)
  expect([await cache.get('k'), await node().get('k')]).toEqual([2, 2])
})

test.each([1, 2])('an early refresh of several nodes is one load, over %i layers', async (depth) => {
  const clock = new TestClock()
  const below = Array.from({ length: depth }, () => ({ ...memoryCacheStore({ clock }) }))
  const node = () =>
    createCache({
      layers: [memoryCacheStore({ clock }), ...below],
      ttl: 10_000,
      jitter: [0, 0],
      earlyRefresh: true,
      random: () => 0.999,
      clock,
    })
  const nodes = [node(), node(), node()]
  const load = vi.fn(async () => {
    await clock.sleep(500)
    return load.mock.calls.length
  })
  const seen = []
  for (const cache of nodes) {
    const first = cache.getOrSet('k', load)
    await clock.advance(500)
    await first
  }
  await clock.advance(7_000)
  for (const cache of nodes) {
    seen.push(await cache.getOrSet('k', load))
    await clock.advance(500)
  }
  for (const cache of nodes) seen.push(await cache.get('k'))
  expect([load.mock.calls.length, seen]).toEqual([2, [1, 1, 1, 2, 2, 2]])
})

test('an early refresh comes in the last fifth of the life that the loader chose', async () => {
  const { clock, node } = over(() => ({}))
  const cache = node({ ttl: '1h', earlyRefresh: true, random: () => 0.999 })
  const load = vi.fn(async ({ setTtl }: { setTtl(ttl: number): void }) => {
    await clock.sleep(5_000)
    setTtl(10_000)
  })
  const first = cache.getOrSet('k', load)
  await clock.advance(5_000)
  await first
  for (const [passing, loads] of [
    [7_999, 1],
    [1, 2],
  ] as const) {
    await clock.advance(passing)
    await cache.getOrSet('k', load)
    await clock.advance(0)
    expect(load).toHaveBeenCalledTimes(loads)
  }
})
