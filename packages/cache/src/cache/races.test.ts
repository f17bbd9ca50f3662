import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test, vi } from 'vitest'
import { memoryCacheBus } from '../bus/index.js'
import { type CacheStore, type Entry, memoryCacheStore } from '../store/index.js'
import { createCache } from './index.js'

/** A cache over memory and a store whose answers a test can hold back. */
function gated() {
  const clock = new TestClock()
  const shared = memoryCacheStore({ clock })
  const gates: { read?: Promise<void>; delete?: Promise<void>; fails?: boolean } = {}
  const store: CacheStore = {
    ...shared,
    getMany: async (...args) => {
      if (gates.fails === true) throw new Error('away')
      const read = await shared.getMany(...args)
      await gates.read
      return read
    },
    delete: async (keys) => {
      await gates.delete
      return shared.delete(keys)
    },
  }
  const make = () => createCache({ layers: [memoryCacheStore({ clock }), store], jitter: [0, 0], clock })
  return { clock, shared, gates, cache: make(), other: make() }
}

describe('between memory and the layer below', () => {
  test('a read that fills memory while a deletion is on its way does not outlive it', async () => {
    const { cache, other, gates } = gated()
    await other.set('k', 'old')
    const gate = deferred()
    gates.delete = gate.promise
    const deletion = cache.delete('k')
    expect(await cache.get('k')).toBe('old')
    gate.resolve()
    await deletion
    expect(await cache.get('k')).toBeUndefined()
  })

  test('a read that fills memory while a value too large for it is written does not outlive that', async () => {
    const { clock, shared } = gated()
    const gate = deferred()
    const store: CacheStore = {
      ...shared,
      set: async (...args) => {
        await gate.promise
        return shared.set(...args)
      },
    }
    const layers = [memoryCacheStore({ maxBytes: 10_000, clock }), store]
    const cache = createCache({ layers, jitter: [0, 0], clock })
    await createCache({ layers: [shared], jitter: [0, 0], clock }).set('k', 'old')
    const large = 'x'.repeat(5_000)
    const writing = cache.set('k', large)
    expect(await cache.get('k')).toBe('old')
    gate.resolve()
    await writing
    expect(await cache.get('k')).toBe(large)
  })

  test('a read that began before a write does not put back what was there, though memory had no room to keep that', async () => {
    const { clock, shared, gates, other } = gated()
    const store: CacheStore = {
      ...shared,
      getMany: async (...args) => {
        const read = await shared.getMany(...args)
        await gates.read
        return read
      },
    }
    const layers = [memoryCacheStore({ maxEntries: 1, clock }), store]
    const cache = createCache({ layers, jitter: [0, 0], clock })
    await other.set('k', 'old')
    const gate = deferred()
    gates.read = gate.promise
    const reading = cache.get('k')
    await clock.advance(0)
    await cache.set('k', 'new')
    await cache.set('l', 1)
    gate.resolve()
    expect([await reading, await cache.get('k')]).toEqual(['old', 'new'])
  })

  test('the first of two writes, once it is done, takes the second one from nobody', async () => {
    const { clock, shared } = gated()
    const gates = [deferred(), deferred()]
    const isWritten = gates.map(({ promise }) => promise)
    const store: CacheStore = {
      ...shared,
      set: async (...args) => {
        await isWritten.shift()
        return shared.set(...args)
      },
    }
    const cache = createCache({ layers: [memoryCacheStore({ clock }), store], jitter: [0, 0], clock })
    const first = cache.set('k', 1)
    const second = cache.set('k', 2)
    gates[0]?.resolve()
    await first
    expect(await cache.get('k')).toBe(2)
    gates[1]?.resolve()
    await second
    expect(await cache.get('k')).toBe(2)
  })

  test.each<[string, (cache: ReturnType<typeof gated>['cache']) => Promise<void>]>([
    ['a deletion', (cache) => cache.delete('k')],
    ['a pattern', (cache) => cache.deleteByPattern('k*')],
    ['a clearing', (cache) => cache.clear()],
    ['a tag', (cache) => cache.deleteByTag('t')],
  ])('what was read before %s is not put into memory after it', async (_, change) => {
    const { cache, other, gates } = gated()
    await other.set('k', 'old', { tags: ['t'] })
    const gate = deferred()
    gates.read = gate.promise
    const reading = cache.get('k')
    await Promise.resolve()
    await Promise.resolve()
    await change(cache)
    gate.resolve()
    await reading
    expect(await cache.get('k')).toBeUndefined()
  })

  test.each<[string, (cache: ReturnType<typeof gated>['cache']) => Promise<void>]>([
    ['a deletion', (cache) => cache.delete('k')],
    ['a pattern', (cache) => cache.deleteByPattern('k*')],
    ['a clearing', (cache) => cache.clear()],
    ['a tag', (cache) => cache.deleteByTag('t')],
  ])('who reads after %s does not join who read before it', async (_, change) => {
    const { cache, other, gates } = gated()
    await other.set('k', 'old', { tags: ['t'] })
    const gate = deferred()
    gates.read = gate.promise
    const early = cache.get('k')
    await Promise.resolve()
    await Promise.resolve()
    await change(cache)
    delete gates.read
    expect(await cache.get('k')).toBeUndefined()
    gate.resolve()
    await early
  })

  test('who reads after the deletion of another key does', async () => {
    const { cache, other, gates, shared } = gated()
    await other.set('k', 'value')
    const gate = deferred()
    gates.read = gate.promise
    const reads = vi.spyOn(shared, 'getMany')
    const early = cache.get('k')
    await Promise.resolve()
    await Promise.resolve()
    await cache.delete('x')
    const late = cache.get('k')
    gate.resolve()
    expect([await early, await late, reads.mock.calls.length]).toEqual(['value', 'value', 1])
  })

  test('what is set while the layer is asked is the answer, and nothing is loaded', async () => {
    const { cache, gates } = gated()
    const gate = deferred()
    gates.read = gate.promise
    const load = vi.fn(() => 'loaded')
    const asking = cache.getOrSet('k', load)
    await cache.set('k', 'set')
    gate.resolve()
    expect(await asking).toBe('set')
    expect(load).not.toHaveBeenCalled()
  })

  test('a load that could not ask the layer is not written to it: it may know better', async () => {
    const { cache, gates, shared } = gated()
    gates.fails = true
    expect(
      await cache.getOrSet('k', () => {
        gates.fails = false
        return 'loaded'
      }),
    ).toBe('loaded')
    expect((await shared.getMany(['k'], [])).entries[0]).toBeUndefined()
    expect(await cache.get('k')).toBe('loaded')
  })

  test('an entry whose tag was invalidated elsewhere is not served, though the store still has it', async () => {
    const entries = new Map<string, Entry>()
    const marks = new Map<string, bigint>()
    let version = 0n
    const naive: CacheStore = {
      encoding: 'objects',
      getMany: async (keys, tags) => ({
        entries: keys.map((key) => entries.get(key)),
        marks: tags.map((tag) => marks.get(tag) ?? 0n),
        version,
      }),
      set: async (key, entry) => {
        entries.set(key, { ...entry, version: ++version })
        return true
      },
      setMany: async () => [],
      delete: async () => ++version,
      bumpTags: async (tags) => {
        version++
        for (const tag of tags) marks.set(tag, version)
      },
      scan: async function* () {},
      clear: async () => {},
      close: async () => {},
    }
    const [a, b, c] = [0, 1, 2].map(() => createCache({ layers: [naive] }))
    await a?.set('k', 1, { tags: ['t'] })
    await a?.namespace('n').set('k', 1)
    expect(await b?.get('k')).toBe(1)
    await b?.deleteByTag('t')
    expect(await c?.get('k')).toBeUndefined()
    await b?.clear()
    expect(await c?.namespace('n').get('k')).toBeUndefined()
  })

  /** A layer whose entries were made two minutes from now. */
  function aheadOf(clock: TestClock): CacheStore {
    const memory = memoryCacheStore({ clock })
    return {
      ...memory,
      getMany: async (...args) => {
        const read = await memory.getMany(...args)
        return {
          ...read,
          entries: read.entries.map((entry) => entry && { ...entry, createdAt: clock.now() + 120_000 }),
        }
      },
    }
  }

  test('an entry from a clock that is far ahead is not fresh, which is told once', async () => {
    const clock = new TestClock()
    const cache = createCache({ layers: [aheadOf(clock)], clock })
    const heard = vi.fn()
    cache.on('error', heard)
    await cache.set('k', 1)
    expect(await cache.get('k')).toBeUndefined()
    expect(await cache.getEntry('k')).toMatchObject({ value: 1, stale: true })
    expect(heard.mock.calls).toEqual([
      [{ error: expect.objectContaining({ code: 'CLOCK_SKEW' }), source: 'layer', key: 'k' }],
    ])
    expect(heard.mock.calls[0]?.[0].error.message).toContain('made 2m from now')
  })

  test('one without an end is served, whatever the clock of its writer', async () => {
    const clock = new TestClock()
    const cache = createCache({ layers: [aheadOf(clock)], clock, ttl: Number.POSITIVE_INFINITY })
    await cache.set('k', 1)
    expect(await cache.get('k')).toBe(1)
  })
})

describe('flights', () => {
  const inMemory = (more = {}) => {
    const clock = new TestClock()
    return {
      clock,
      cache: createCache({ layers: [memoryCacheStore({ clock })], jitter: [0, 0], clock, ...more }),
    }
  }

  test('a value that comes after everyone has left is not stored', async () => {
    const { cache } = inMemory()
    const { promise, resolve } = deferred<string>()
    const controller = new AbortController()
    const call = cache.getOrSet('k', () => promise, { signal: controller.signal })
    controller.abort(new Error('gone'))
    await expect(call).rejects.toThrow('gone')
    resolve('half of it')
    await promise
    await Promise.resolve()
    expect(await cache.has('k')).toBe(false)
  })

  test('a load that lands late leaves the next one alone', async () => {
    const { cache, clock } = inMemory()
    const [first, second] = [deferred<string>(), deferred<string>()]
    const old = cache.getOrSet('k', () => first.promise)
    await cache.delete('k')
    const load = vi.fn(() => second.promise)
    const newer = cache.getOrSet('k', load)
    first.resolve('old')
    await old
    await clock.advance(0)
    const third = cache.getOrSet('k', load)
    second.resolve('new')
    expect(await Promise.all([newer, third])).toEqual(['new', 'new'])
    expect(load).toHaveBeenCalledTimes(1)
  })

  test('a load that outlived a hard timeout is not ended by a later caller who leaves', async () => {
    const { cache, clock } = inMemory({ hardTimeout: 50 })
    const { promise, resolve } = deferred<string>()
    const first = cache.getOrSet('k', () => promise).catch((error) => error.code)
    await clock.advance(50)
    expect(await first).toBe('TIMEOUT')
    const controller = new AbortController()
    const second = cache.getOrSet('k', () => promise, { signal: controller.signal })
    controller.abort(new Error('gone'))
    await expect(second).rejects.toThrow('gone')
    resolve('late')
    await clock.advance(0)
    expect(await cache.get('k')).toBe('late')
  })

  test('a success ends the rest of a loader', async () => {
    const { cache, clock } = inMemory({ ttl: 1_000, grace: '1h', hardTimeout: 100 })
    await cache.getOrSet('k', () => 1)
    await clock.advance(1_000)
    const slow = deferred<number>()
    const stale = cache.getOrSet('k', () => slow.promise)
    await clock.advance(100)
    expect(await stale).toBe(1)
    const fails = () => Promise.reject(new Error('down'))
    slow.resolve(2)
    await clock.advance(1_000)
    expect(await cache.getOrSet('k', fails)).toBe(2)
    await cache.delete('k')
    await cache.getOrSet('k', () => 3)
    await clock.advance(1_000)
    expect(await cache.getOrSet('k', () => 4)).toBe(4)
  })

  test('a success after the grace ends the rest that a failure began', async () => {
    const { cache, clock } = inMemory({ ttl: 1_000, grace: 5_000 })
    await cache.set('k', 1)
    await clock.advance(1_000)
    expect(await cache.getOrSet('k', () => Promise.reject(new Error('down')))).toBe(1)
    await clock.advance(5_000)
    expect(await cache.getOrSet('k', () => 2)).toBe(2)
    await clock.advance(1_000)
    expect(await cache.getOrSet('k', () => 3)).toBe(3)
  })

  test.each<[string, (cache: ReturnType<typeof inMemory>['cache']) => Promise<void>]>([
    ['a set', (cache) => cache.set('k', 2)],
    [
      'a deletion',
      async (cache) => {
        await cache.delete('k')
        await cache.getOrSet('k', () => 2)
      },
    ],
  ])('%s ends the rest of a loader', async (_, change) => {
    const { cache, clock } = inMemory({ ttl: 1_000, grace: '1h' })
    await cache.set('k', 1)
    await clock.advance(1_000)
    expect(await cache.getOrSet('k', () => Promise.reject(new Error('down')))).toBe(1)
    await change(cache)
    await clock.advance(1_000)
    expect(await cache.getOrSet('k', () => 3)).toBe(3)
  })

  test('an invalidation of what an older load has leaves the newer one to those who come', async () => {
    const { cache } = inMemory()
    const [first, second] = [deferred<number>(), deferred<number>()]
    const old = cache.getOrSet('k', () => first.promise, { tags: ['t'] })
    await cache.delete('k')
    const load = vi.fn(() => second.promise)
    const newer = cache.getOrSet('k', load)
    await cache.deleteByTag('t')
    const late = cache.getOrSet('k', load)
    first.resolve(1)
    second.resolve(2)
    expect([await old, await newer, await late, load.mock.calls.length]).toEqual([1, 2, 2, 1])
  })

  test('a caller whose signal has aborted calls nothing, also where there is a value', async () => {
    const { cache } = inMemory()
    await cache.set('k', 1)
    const load = vi.fn()
    const signal = AbortSignal.abort(new Error('gone'))
    await expect(cache.getOrSet('k', load, { signal })).rejects.toThrow('gone')
    await expect(cache.getOrSet('x', load, { signal })).rejects.toThrow('gone')
    expect(load).not.toHaveBeenCalled()
  })
})

describe('a layer that only one node has lost', () => {
  test('is told of the deletion later, and so are the nodes that read it meanwhile', async () => {
    const clock = new TestClock()
    const shared = memoryCacheStore({ clock })
    const bus = memoryCacheBus()
    let away = false
    const lost: CacheStore = {
      ...shared,
      delete: (keys) => (away ? Promise.reject(new Error('away')) : shared.delete(keys)),
    }
    const options = { bus, clock, jitter: [0, 0] as const }
    const a = createCache({ ...options, layers: [memoryCacheStore({ clock }), lost] })
    const b = createCache({ ...options, layers: [memoryCacheStore({ clock }), shared] })
    await a.set('k', 'old')
    away = true
    await a.delete('k')
    expect(await a.get('k')).toBeUndefined()
    expect(await b.get('k')).toBe('old')
    away = false
    await clock.advance('2s')
    expect([await a.get('k'), await b.get('k')]).toEqual([undefined, undefined])
  })
})

test('after the bus refused a message the node drops its own memory, for it may have missed some', async () => {
  const clock = new TestClock()
  const inner = memoryCacheBus()
  let away = false
  const bus = {
    ...inner,
    publish: (text: string) => (away ? Promise.reject(new Error('away')) : inner.publish(text)),
  }
  const cache = createCache({ layers: [memoryCacheStore({ clock })], bus, clock })
  await cache.set('mine', 1)
  away = true
  await cache.delete('other')
  away = false
  expect(await cache.get('mine')).toBe(1)
  await clock.advance('2s')
  expect(await cache.get('mine')).toBeUndefined()
})

test('a bus that cannot be joined at first is joined later, and memory from before is dropped', async () => {
  const clock = new TestClock()
  const inner = memoryCacheBus()
  let away = true
  const bus = {
    ...inner,
    subscribe: (listener: (message: string) => void) =>
      away ? Promise.reject(new Error('away')) : inner.subscribe(listener),
  }
  const options = { clock, jitter: [0, 0] as const }
  const cache = createCache({ ...options, layers: [memoryCacheStore({ clock })], bus })
  const other = createCache({ ...options, layers: [memoryCacheStore({ clock })], bus: inner })
  await cache.set('k', 1)
  expect(await cache.get('k')).toBe(1)
  away = false
  await clock.advance('1s')
  expect(await cache.get('k')).toBeUndefined()
  await cache.set('k', 2)
  await other.delete('k')
  expect(await cache.get('k')).toBeUndefined()
})

test('a cache that is closed while its bus hangs leaves nothing behind', async () => {
  const clock = new TestClock()
  const bus = { publish: async () => {}, subscribe: () => new Promise<never>(() => {}) }
  const cache = createCache({ layers: [memoryCacheStore({ clock })], bus, clock })
  const closing = cache.close()
  await clock.advance('1m')
  await closing
  clock.assertIdle()
})

test('layers are closed even if they owe something, or fail', async () => {
  const clock = new TestClock()
  const memory = memoryCacheStore({ clock })
  const close = vi.fn(async () => {
    throw new Error('away')
  })
  const down = () => Promise.reject(new Error('away'))
  const cache = createCache({ layers: [{ ...memory, delete: down, close }], clock })
  await cache.delete('k')
  await cache.close()
  expect(close).toHaveBeenCalledTimes(1)
  await clock.advance('1m')
  clock.assertIdle()
})

test('a load whose result a shared layer refuses is not kept in memory, though no message told why', async () => {
  const clock = new TestClock()
  const shared = memoryCacheStore({ clock })
  const [a, b] = [0, 1].map(() => createCache({ layers: [memoryCacheStore({ clock }), shared], clock }))
  const { promise, resolve } = deferred<string>()
  const load = a?.getOrSet('k', () => promise, { tags: ['t'] })
  await clock.advance(0)
  await b?.deleteByTag('t')
  resolve('old')
  expect(await load).toBe('old')
  expect(await a?.get('k')).toBeUndefined()
})

test('a cache that has not joined its bus yet waits for it, as long as a message may take', async () => {
  const clock = new TestClock()
  const joins = (pause: number) => ({
    publish: async () => {},
    subscribe: async () => {
      await clock.sleep(pause)
      return () => {}
    },
  })
  for (const [pause, waits] of [
    [100, 100],
    [10_000, 250],
  ] as const) {
    const cache = createCache({ layers: [memoryCacheStore({ clock })], bus: joins(pause), clock })
    const from = clock.monotonic()
    const took: number[] = []
    const calls = [cache.get('k'), cache.getOrSet('k', () => 1), cache.getMany(['k']), cache.set('x', 1)].map(
      (call) => call.then(() => took.push(clock.monotonic() - from)),
    )
    await clock.advance(1_000)
    await Promise.all(calls)
    expect(took).toEqual([waits, waits, waits, waits])
    const closing = cache.close()
    await clock.advance('20s')
    await closing
  }
})
