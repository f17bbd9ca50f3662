import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test, vi } from 'vitest'
import { type CacheBus, memoryCacheBus } from '../bus/index.js'
import { type CacheStore, memoryCacheStore } from '../store/index.js'
import { cacheConformance } from '../testing/index.js'
import { type Cache, type CacheOptions, createCache } from './index.js'

/** A store whose calls fail, hang, or work. */
function unreliable(store: CacheStore) {
  const state: { mode: 'up' | 'down' | 'hangs' } = { mode: 'up' }
  const calls = { getMany: 0 }
  const through = <A extends unknown[], T>(call: (...args: A) => Promise<T>) => {
    return (...args: A): Promise<T> => {
      if (state.mode === 'down') return Promise.reject(new Error('no connection'))
      return state.mode === 'hangs' ? new Promise(() => {}) : call(...args)
    }
  }
  const getMany = through(store.getMany)
  const wrapped: CacheStore = {
    ...store,
    getMany: (...args) => {
      calls.getMany++
      return getMany(...args)
    },
    set: through(store.set),
    setMany: through(store.setMany),
    delete: through(store.delete),
    bumpTags: through(store.bumpTags),
    clear: through(store.clear),
  }
  return { store: wrapped, state, calls }
}

/** A bus that can lose messages, or refuse them. */
function unreliableBus() {
  const inner = memoryCacheBus()
  const state: { mode: 'up' | 'down' | 'loses' } = { mode: 'up' }
  const bus: CacheBus = {
    publish: async (message) => {
      if (state.mode === 'down') throw new Error('no connection')
      if (state.mode === 'up') await inner.publish(message)
    },
    subscribe: (listener) => inner.subscribe(listener),
  }
  return { bus, state }
}

/** Nodes of one service: memory of their own above a store that they share. */
function fleet(options: Partial<CacheOptions> = {}) {
  const clock = new TestClock()
  const shared = unreliable(memoryCacheStore({ clock }))
  const bus = unreliableBus()
  const node = (more: Partial<CacheOptions> = {}): Cache =>
    createCache({
      layers: [memoryCacheStore({ clock }), shared.store],
      bus: bus.bus,
      jitter: [0, 0],
      clock,
      ...options,
      ...more,
    })
  return { clock, shared, bus, node, a: node(), b: node() }
}

/** Waits for a promise on a clock that has to be moved. */
async function soon<T>(clock: TestClock, promise: Promise<T>, by = 1_000): Promise<T> {
  await Promise.all([clock.advance(by), promise.catch(() => {})])
  return promise
}

describe('a cache over memory and a store that bytes go to', () => {
  cacheConformance(
    () => {
      const { clock, a } = fleet()
      return { subject: a, advance: (d) => clock.advance(d), dispose: () => a.close() }
    },
    { test },
  )
})

describe('a cache over a lower layer alone', () => {
  cacheConformance(
    () => {
      const clock = new TestClock()
      const cache = createCache({ layers: [{ ...memoryCacheStore({ clock }) }], jitter: [0, 0], clock })
      return { subject: cache, advance: (d) => clock.advance(d), dispose: () => cache.close() }
    },
    { test },
  )
})

describe('a cache in memory', () => {
  cacheConformance(
    () => {
      const clock = new TestClock()
      const cache = createCache({
        layers: [memoryCacheStore({ clock })],
        namespace: 'x',
        jitter: [0, 0],
        clock,
      })
      return { subject: cache, advance: (d) => clock.advance(d), dispose: () => cache.close() }
    },
    { test },
  )
})

describe('layers', () => {
  test('a hit below fills the layer above with the life that is left', async () => {
    const { clock, a, b, shared } = fleet({ ttl: '1m' })
    await a.set('k', 1)
    await clock.advance('40s')
    expect(await b.get('k')).toBe(1)
    const reads = shared.calls.getMany
    expect(await b.get('k')).toBe(1)
    expect(shared.calls.getMany).toBe(reads)
    await clock.advance('20s')
    expect(await b.has('k')).toBe(false)
  })

  test.each([[Number.NaN], [-0], [undefined]])('what was set stays in memory: %s', async (value) => {
    const { a, shared } = fleet()
    await a.set('k', value)
    const reads = shared.calls.getMany
    expect([await a.get('k'), shared.calls.getMany]).toEqual([value, reads])
  })

  test('a crowd asks the layer below once', async () => {
    const { b, a, shared } = fleet()
    await a.set('k', 1)
    const reads = shared.calls.getMany
    expect(new Set(await Promise.all(Array.from({ length: 100 }, () => b.getOrSet('k', () => 2))))).toEqual(
      new Set([1]),
    )
    expect(shared.calls.getMany).toBe(reads + 1)
  })

  test('many keys are one question', async () => {
    const { a, b, shared } = fleet()
    await a.setMany([
      ['x', 1],
      ['y', 2],
    ])
    const reads = shared.calls.getMany
    expect(await b.getMany(['y', 'x', 'z'])).toEqual([2, 1, undefined])
    expect(shared.calls.getMany).toBe(reads + 1)
  })

  test('a layer that hangs costs a bounded time, then none, and comes back by itself', async () => {
    const { clock, a, shared } = fleet()
    shared.state.mode = 'hangs'
    const started = clock.monotonic()
    for (let call = 0; call < 5; call++) {
      let at = 0
      const value = a
        .getOrSet(`k${call}`, () => call)
        .then((v) => {
          at = clock.monotonic()
          return v
        })
      expect(await soon(clock, value, 400)).toBe(call)
      if (call === 0) expect(at - started).toBeLessThanOrEqual(350)
    }
    shared.state.mode = 'up'
    await clock.advance('2s')
    await a.set('back', 1)
    expect((await shared.store.getMany(['back'], [])).entries[0]).toBeDefined()
    expect(clock.pending).toBe(0)
  })

  test('what was deleted while the layer was away is still deleted when it is back', async () => {
    const { clock, a, b, shared } = fleet()
    await a.set('k', 'old')
    await a.set('t', 'old', { tags: ['tag'] })
    shared.state.mode = 'down'
    await a.delete('k')
    await a.deleteByTag('tag')
    expect(await a.get('k')).toBeUndefined()
    shared.state.mode = 'up'
    expect(await a.get('k')).toBeUndefined()
    await clock.advance('2s')
    expect([await a.get('k'), await b.get('k'), await a.get('t'), await b.get('t')]).toEqual(
      Array(4).fill(undefined),
    )
  })

  test('what was set while the layer was away does not give way to what the layer has', async () => {
    const { clock, a, b, shared } = fleet()
    await a.set('k', 'old')
    shared.state.mode = 'down'
    await a.set('k', 'new')
    shared.state.mode = 'up'
    await clock.advance('2s')
    expect(await a.get('k')).toBe('new')
    expect(await b.get('k')).not.toBe('old')
  })

  test('bytes that another version of the code has written are a miss, and an error event', async () => {
    const clock = new TestClock()
    const memory = memoryCacheStore({ clock })
    const bytes: CacheStore = { ...memory, encoding: 'bytes' }
    const cache = createCache({ layers: [bytes], jitter: [0, 0], clock })
    await cache.set('k', new Map([['a', 1n]]))
    expect(await cache.get('k')).toEqual(new Map([['a', 1n]]))
    const now = clock.now()
    const broken = {
      value: new Uint8Array([9, 9]),
      expiresAt: now + 1_000,
      staleUntil: now + 1_000,
      tags: [],
    }
    await memory.set('k', broken)
    const heard = vi.fn()
    cache.on('error', heard)
    expect(await cache.getOrSet('k', () => 'new')).toBe('new')
    expect(heard).toHaveBeenCalledWith(expect.objectContaining({ source: 'codec', key: 'k' }))
  })

  test.each<[string, unknown, unknown]>([
    ['nothing', undefined, 'layer'],
    ['null', null, 'layer'],
    ['something else', {}, 'layer'],
    ['null for an entry', { entries: [null], marks: [0n], version: 1n }, undefined],
    ['no entry', { entries: [{ value: 'old', expiresAt: 1e15 }], marks: [0n], version: 1n }, 'codec'],
    ['tags that are none', { entries: [{ value: 'old', tags: 5 }], marks: [0n], version: 1n }, 'codec'],
  ])('%s as the answer of a store is a miss, and no error of a call', async (_, answer, source) => {
    const clock = new TestClock()
    const below = { ...memoryCacheStore({ clock }), getMany: async () => answer as never }
    const cache = createCache({ layers: [memoryCacheStore({ clock }), below], clock })
    const sources: unknown[] = []
    cache.on('error', ({ source }) => sources.push(source))
    expect([await cache.get('k'), await cache.getMany(['k'])]).toEqual([undefined, [undefined]])
    expect(await cache.getOrSet('k', () => 'new')).toBe('new')
    expect(new Set(sources)).toEqual(new Set(source === undefined ? [] : [source]))
  })
})

describe('a bus', () => {
  test.each<[string, (cache: Cache) => Promise<void>, unknown]>([
    ['a set', (cache) => cache.set('k', 'new'), 'new'],
    ['a deletion', (cache) => cache.delete('k'), undefined],
    ['the invalidation of a tag', (cache) => cache.deleteByTag('t'), undefined],
    ['a pattern', (cache) => cache.deleteByPattern('*'), undefined],
    ['a clearing', (cache) => cache.clear(), undefined],
  ])('%s on one node is seen on the others', async (_, change, left) => {
    const { a, b } = fleet()
    await a.set('k', 'old', { tags: ['t'] })
    expect(await b.get('k')).toBe('old')
    await change(a)
    expect(await b.get('k')).toBe(left)
  })

  test.each<[string, (cache: Cache) => Promise<void>]>([
    ['a set', (cache) => cache.set('k', 'new')],
    ['a deletion', (cache) => cache.delete('k')],
    ['the invalidation of a tag', (cache) => cache.deleteByTag('t')],
    ['a pattern', (cache) => cache.deleteByPattern('*')],
    ['a clearing', (cache) => cache.clear()],
  ])('%s on one node wins over a load on another', async (_, change) => {
    const { a, b, clock } = fleet()
    const { promise, resolve } = deferred<string>()
    const waiting = b.getOrSet('k', () => promise, { tags: ['t'] })
    await clock.advance(0)
    await change(a)
    resolve('old')
    expect(await waiting).toBe('old')
    expect([await a.get('k'), await b.get('k')]).not.toContain('old')
  })

  test('a message that is lost is noticed at the next one, or 5 s later', async () => {
    const { a, b, bus, clock } = fleet()
    await a.set('k', 'old')
    await b.get('k')
    bus.state.mode = 'loses'
    await a.set('k', 'new')
    bus.state.mode = 'up'
    expect(await b.get('k')).toBe('old')
    await clock.advance('5s')
    expect(await b.get('k')).toBe('new')
    bus.state.mode = 'loses'
    await a.set('k', 'newer')
    bus.state.mode = 'up'
    await a.set('other', 1)
    expect(await b.get('k')).toBe('newer')
  })

  test('what the bus refused is told when it is back, and the node vouches for nothing that it had', async () => {
    const { a, b, bus, clock, shared } = fleet()
    await a.set('k', 'old')
    await b.get('k')
    bus.state.mode = 'down'
    await a.delete('k')
    bus.state.mode = 'up'
    const reads = shared.calls.getMany
    await clock.advance('2s')
    expect(await b.get('k')).toBeUndefined()
    await a.get('k')
    expect(shared.calls.getMany).toBeGreaterThan(reads)
  })

  test('what is changed while it is found to be back is told as well', async () => {
    const clock = new TestClock()
    const inner = memoryCacheBus()
    const isBack = deferred()
    const calls = { publish: async (_: string): Promise<void> => {} }
    const options = { clock, jitter: [0, 0] as const }
    const bus: CacheBus = { ...inner, publish: (message) => calls.publish(message) }
    const a = createCache({ ...options, layers: [memoryCacheStore({ clock })], bus })
    const b = createCache({ ...options, layers: [memoryCacheStore({ clock })], bus: inner })
    calls.publish = () => Promise.reject(new Error('no connection'))
    await a.delete('x')
    calls.publish = async (message) => {
      await inner.publish(message)
      await isBack.promise
    }
    await clock.advance('1s')
    await b.getOrSet('k', () => 'old')
    await a.delete('k')
    calls.publish = inner.publish
    isBack.resolve()
    await clock.advance('1s')
    expect(await b.get('k')).toBeUndefined()
  })

  test('that hangs holds many changes at once no longer than one', async () => {
    const clock = new TestClock()
    const publish = vi.fn(() => new Promise<never>(() => {}))
    const bus: CacheBus = { ...memoryCacheBus(), publish }
    const cache = createCache({ layers: [memoryCacheStore({ clock })], bus, clock })
    const changes = Promise.all(Array.from({ length: 100 }, (_, index) => cache.delete(String(index))))
    const isDone = vi.fn()
    changes.then(isDone)
    await clock.advance(251)
    expect([isDone.mock.calls.length, publish.mock.calls.length]).toEqual([1, 1])
  })

  test('hears from a cache that is closed what it had refused before', async () => {
    const { a, b, bus, clock } = fleet()
    await a.set('k', 'old')
    await b.get('k')
    bus.state.mode = 'down'
    await a.delete('k')
    bus.state.mode = 'up'
    await a.close()
    expect(await b.get('k')).toBeUndefined()
    await b.close()
    expect(clock.pending).toBe(0)
  })

  test('is closed without a bus that lets nobody leave', async () => {
    const clock = new TestClock()
    const bus: CacheBus = {
      publish: async () => {},
      subscribe: async () => () => new Promise<never>(() => {}),
    }
    const cache = createCache({ layers: [memoryCacheStore({ clock })], bus, clock })
    const heard = vi.fn()
    cache.on('error', heard)
    await cache.set('k', 1)
    const closing = cache.close()
    await clock.advance(250)
    await closing
    expect(heard).toHaveBeenCalledWith({ error: expect.objectContaining({ code: 'TIMEOUT' }), source: 'bus' })
    clock.assertIdle()
  })

  test('hears of many long keys by their names, in messages that it carries', async () => {
    const sent: string[] = []
    const inner = memoryCacheBus()
    const bus: CacheBus = {
      ...inner,
      publish: (message) => {
        sent.push(message)
        return inner.publish(message)
      },
    }
    const node = () => createCache({ layers: [memoryCacheStore()], bus })
    const [a, b] = [node(), node()]
    await b.set('other', 1)
    await a.deleteMany(Array.from({ length: 150 }, (_, index) => `${'ü'.repeat(300)}${index}`))
    expect(await b.get('other')).toBe(1)
    expect(Math.max(...sent.map((message) => Buffer.byteLength(message)))).toBeLessThan(65_536)
    await Promise.all([a.close(), b.close()])
  })

  test('a gap that the bus reports drops what is in memory', async () => {
    const clock = new TestClock()
    let gap: (() => void) | undefined
    const bus: CacheBus = {
      publish: async () => {},
      subscribe: async (_, options) => {
        gap = options?.onGap
        return () => {}
      },
    }
    const cache = createCache({ layers: [memoryCacheStore({ clock })], bus, clock })
    await cache.set('k', 1)
    gap?.()
    expect(await cache.get('k')).toBeUndefined()
    await cache.close()
    expect(clock.pending).toBe(0)
  })

  test('caches without a store in common keep each other in step', async () => {
    const bus = memoryCacheBus()
    const a = createCache({ layers: [memoryCacheStore()], bus })
    const b = createCache({ layers: [memoryCacheStore()], bus })
    await b.set('k', 1)
    await a.set('k', 2)
    expect(await b.get('k')).toBeUndefined()
    expect(await a.get('k')).toBe(2)
    await Promise.all([a.close(), b.close()])
  })

  test('strangers on the channel change nothing', async () => {
    const bus = memoryCacheBus()
    const cache = createCache({ layers: [memoryCacheStore()], bus })
    await cache.set('k', 1)
    for (const text of [
      '',
      'hello',
      'null',
      '[]',
      '{"from":1}',
      '{"from":"x","number":1,"invalidation":{"keys":[1]}}',
    ]) {
      await bus.publish(text)
    }
    expect(await cache.get('k')).toBe(1)
    await cache.close()
  })
})

describe('without a bus an entry with tags', () => {
  const alone = () => {
    const clock = new TestClock()
    const shared = unreliable(memoryCacheStore({ clock }))
    const node = (more: Partial<CacheOptions> = {}) =>
      createCache({
        layers: [memoryCacheStore({ clock }), shared.store],
        jitter: [0, 0],
        ttl: '1h',
        clock,
        ...more,
      })
    return { clock, shared, node, a: node(), b: node() }
  }

  test('is asked for below each 5 s, and stays', async () => {
    const { clock, shared, a } = alone()
    await a.set('k', 1, { tags: ['t'] })
    for (const reads of [1, 2, 3]) {
      await clock.advance('5s')
      for (let read = 0; read < 10; read++) expect(await a.get('k')).toBe(1)
      expect(await a.getMany(['k'])).toEqual([1])
      expect(shared.calls.getMany).toBe(reads)
    }
  })

  test('stays as well where the layer cannot be asked', async () => {
    const { clock, shared, a } = alone()
    await a.set('k', 1, { tags: ['t'] })
    shared.state.mode = 'down'
    await clock.advance('5s')
    expect([await a.get('k'), await a.getMany(['k'])]).toEqual([1, [1]])
    expect(shared.calls.getMany).toBe(1)
  })

  test('is what another node has set, and gone where it was deleted', async () => {
    const { clock, a, b } = alone()
    await a.set('k', 1, { tags: ['t'] })
    await b.set('k', 2, { tags: ['t'] })
    await clock.advance('5s')
    expect(await a.getOrSet('k', () => 3)).toBe(2)
    await b.delete('k')
    await clock.advance('5s')
    expect(await a.getOrSet('k', () => 3)).toBe(3)
  })

  test('that is set while the layer is asked is the answer', async () => {
    const { clock, a } = alone()
    await a.set('k', 1, { tags: ['t'] })
    await clock.advance('5s')
    const reading = a.get('k')
    await a.set('k', 2, { tags: ['t'] })
    await reading
    expect(await a.get('k')).toBe(2)
  })

  test('is not asked for with a bus, nor one without tags, nor where there is nothing below', async () => {
    const { clock, shared, node } = alone()
    const told = node({ bus: memoryCacheBus() })
    await told.set('k', 1, { tags: ['t'] })
    const a = node()
    await a.set('plain', 1)
    const memory = createCache({ layers: [memoryCacheStore({ clock })], ttl: '1h', clock })
    await memory.set('k', 1, { tags: ['t'] })
    await clock.advance('10s')
    expect([await told.get('k'), await a.get('plain'), await memory.get('k')]).toEqual([1, 1, 1])
    expect(shared.calls.getMany).toBe(0)
  })
})
