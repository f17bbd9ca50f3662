import { runInNewContext } from 'node:vm'
import type { Clock } from '@base/core/clock'
import { jsonCodec } from '@base/core/codec'
import { seededRandom, TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test, vi } from 'vitest'
import { memoryCacheStore } from '../store/index.js'
import { type CacheOptions, createCache, type LoadContext, type LoadOptions } from './index.js'

/** A cache in memory, on a clock that stands still. */
function inMemory(options: Partial<CacheOptions> = {}) {
  const clock = new TestClock()
  const cache = createCache({
    layers: [memoryCacheStore({ clock })],
    jitter: [0, 0],
    clock,
    ...options,
  })
  return { cache, clock }
}

describe('Cache', () => {
  describe('get and set', () => {
    test('a value comes back until its ttl is over, and not a millisecond longer', async () => {
      const { cache, clock } = inMemory({ ttl: '5m' })
      await cache.set('a', 1)
      await clock.advance(5 * 60_000 - 1)
      expect(await cache.get('a')).toBe(1)
      await clock.advance(1)
      expect(await cache.get('a')).toBeUndefined()
    })

    test('undefined and null are values', async () => {
      const { cache } = inMemory()
      await cache.set('u', undefined)
      await cache.set('n', null)
      expect([await cache.has('u'), await cache.has('n'), await cache.has('x')]).toEqual([true, true, false])
      expect(await cache.getEntry('u')).toMatchObject({ value: undefined, stale: false })
      expect(await cache.getEntry('x')).toBeUndefined()
    })

    test('a ttl of 0 does not store, and takes what was there away', async () => {
      const { cache } = inMemory()
      await cache.set('a', 1)
      await cache.set('a', 2, { ttl: 0 })
      expect(await cache.has('a')).toBe(false)
    })

    test('a ttl of Infinity has no end', async () => {
      const { cache, clock } = inMemory()
      await cache.set('a', 1, { ttl: Number.POSITIVE_INFINITY })
      await clock.advance('3650d')
      expect(await cache.getEntry('a')).toEqual({
        value: 1,
        expiresAt: Number.POSITIVE_INFINITY,
        stale: false,
      })
    })

    test('expiresAt is epoch milliseconds, and a step of the wall clock changes no life', async () => {
      const { cache, clock } = inMemory({ ttl: '1m' })
      await cache.set('a', 1)
      expect((await cache.getEntry('a'))?.expiresAt).toBe(clock.now() + 60_000)
      clock.setNow(clock.now() + 3_600_000)
      expect(await cache.get('a')).toBe(1)
      clock.setNow(clock.now() - 7_200_000)
      await clock.advance('1m')
      expect(await cache.get('a')).toBeUndefined()
    })

    test('many at once, in the order of the keys', async () => {
      const { cache } = inMemory()
      await cache.setMany([
        ['a', 1],
        ['b', undefined],
        ['c', 3, { ttl: 0 }],
      ])
      expect(await cache.getMany(['c', 'a', 'x', 'b'])).toEqual([undefined, 1, undefined, undefined])
      await cache.deleteMany(['a', 'x'])
      expect([await cache.has('a'), await cache.has('b')]).toEqual([false, true])
    })

    test.each([
      '',
      '__proto__',
      'constructor',
      'hasOwnProperty',
      'ключ',
      '🔑',
      ':a',
      '::a',
      'a*b',
      'x'.repeat(10_000),
    ])('any text is a key: %j', async (key) => {
      const { cache } = inMemory()
      await cache.set(key, 'value')
      expect(await cache.get(key)).toBe('value')
      expect(await cache.get(`${key}!`)).toBeUndefined()
      await cache.delete(key)
      expect(await cache.has(key)).toBe(false)
    })

    test('the share that jitter takes off is spread evenly from 5 to 15 %', async () => {
      const { cache, clock } = inMemory({ jitter: [0.05, 0.15], random: seededRandom(1) })
      const lives: number[] = []
      for (let index = 0; index < 4_000; index++) {
        await cache.set('a', index, { ttl: 100_000 })
        lives.push(((await cache.getEntry('a'))?.expiresAt ?? 0) - clock.now())
      }
      expect(Math.min(...lives)).toBeGreaterThanOrEqual(85_000)
      expect(Math.max(...lives)).toBeLessThanOrEqual(95_000)
      for (let from = 85_000; from < 95_000; from += 2_000) {
        const share = lives.filter((life) => life >= from && life < from + 2_000).length / lives.length
        expect(Math.abs(share - 0.2)).toBeLessThan(0.04)
      }
    })
  })

  describe('getOrSet', () => {
    test('1,000 callers of a cold key run the loader once', async () => {
      const { cache } = inMemory()
      const { promise, resolve } = deferred<string>()
      const load = vi.fn(() => promise)
      const calls = Array.from({ length: 1_000 }, () => cache.getOrSet('a', load))
      resolve('value')
      expect(new Set(await Promise.all(calls))).toEqual(new Set(['value']))
      expect(load).toHaveBeenCalledTimes(1)
      expect(await cache.get('a')).toBe('value')
    })

    test('a loader that fails fails all callers with the same error, once, and the next caller loads anew', async () => {
      const { cache } = inMemory()
      const error = new Error('down')
      const load = vi.fn(async () => Promise.reject(error))
      const results = await Promise.allSettled(Array.from({ length: 100 }, () => cache.getOrSet('a', load)))
      expect(results.every((result) => result.status === 'rejected' && result.reason === error)).toBe(true)
      expect(load).toHaveBeenCalledTimes(1)
      expect(await cache.getOrSet('a', () => 'up')).toBe('up')
    })

    test('a loader that throws at once is no different', async () => {
      const { cache } = inMemory()
      const load = () => {
        throw new Error('at once')
      }
      await expect(cache.getOrSet('a', load)).rejects.toThrow('at once')
    })

    test("a caller's abort ends his waiting only; the last one's aborts the loader, and a later caller loads anew", async () => {
      const { cache } = inMemory()
      const [first, second] = [new AbortController(), new AbortController()]
      let seen: AbortSignal | undefined
      const load = vi.fn(({ signal }: { signal: AbortSignal }) => {
        seen = signal
        return new Promise<string>((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        )
      })
      const a = cache.getOrSet('a', load, { signal: first.signal })
      const b = cache.getOrSet('a', load, { signal: second.signal })
      first.abort(new Error('first left'))
      await expect(a).rejects.toThrow('first left')
      expect(seen?.aborted).toBe(false)
      second.abort(new Error('second left'))
      await expect(b).rejects.toThrow('second left')
      expect(seen?.aborted).toBe(true)
      expect(await cache.getOrSet('a', () => 'new')).toBe('new')
    })

    test('what the loader says of its value holds', async () => {
      const { cache, clock } = inMemory({ ttl: '1h' })
      await cache.getOrSet('a', (ctx) => {
        ctx.setTtl('1s')
        ctx.setTags(['t'])
        return 1
      })
      await cache.getOrSet('b', ({ skip }) => {
        skip()
        return 2
      })
      expect([await cache.has('a'), await cache.has('b')]).toEqual([true, false])
      await cache.deleteByTag('t')
      expect(await cache.has('a')).toBe(false)
      await cache.getOrSet('a', ({ setTtl }) => {
        setTtl('1s')
        return 1
      })
      await clock.advance('1s')
      expect(await cache.has('a')).toBe(false)
    })

    test('null lives as long as negativeTtl says', async () => {
      const { cache, clock } = inMemory({ ttl: '1h', negativeTtl: '1s' })
      await cache.getOrSet('n', () => null)
      await cache.getOrSet('u', () => undefined)
      await clock.advance('1s')
      expect([await cache.has('n'), await cache.has('u')]).toEqual([false, true])
    })

    test.each<[what: string, options: LoadOptions | undefined, life: number | undefined]>([
      ['the negativeTtl of the cache', undefined, 30_000],
      ['a longer ttl does not lengthen it', { ttl: '1h' }, 30_000],
      ['a shorter ttl shortens it', { ttl: '1s' }, 1_000],
      ['a ttl of 0 takes away what is there', { ttl: 0 }, undefined],
      ['a negativeTtl beside the ttl counts', { ttl: '1s', negativeTtl: '2s' }, 2_000],
    ])('how long null lives: %s', async (_, options, life) => {
      const { cache, clock } = inMemory({ ttl: '1m', negativeTtl: '30s', ttlByPattern: { 'short:*': 500 } })
      const left = async (key: string) => {
        const entry = await cache.getEntry(key)
        return entry && entry.expiresAt - clock.now()
      }
      await cache.set('set', 'before')
      await cache.set('set', null, options)
      await cache.getOrSet('load', () => null, options)
      await cache.getOrSet('short:load', () => null)
      expect([await left('set'), await left('load'), await left('short:load')]).toEqual([life, life, 500])
    })

    test('a loader that asks for its own key is told so, instead of waiting for itself for ever', async () => {
      const { cache } = inMemory()
      const own = cache.getOrSet('a', () => cache.getOrSet('a', () => 1))
      const message = 'A loader asks for a key whose load waits for that loader.'
      await expect(own).rejects.toMatchObject({ code: 'DEADLOCK', kind: 'conflict', message })
      const round = cache.getOrSet('a', () => cache.getOrSet('b', () => cache.getOrSet('a', () => 1)))
      await expect(round).rejects.toMatchObject({ code: 'DEADLOCK' })
      expect(await cache.getOrSet('a', () => cache.getOrSet('b', () => 1))).toBe(1)
    })

    test('loaders that meet at the same keys are no circle, and are looked through once', async () => {
      const { cache } = inMemory()
      const bottom = deferred<number>()
      const level = (depth: number): Promise<number> =>
        Promise.all(['l', 'r'].map((side) => cache.getOrSet(`${side}${depth}`, () => below(depth)))).then(
          ([left = 0]) => left + 1,
        )
      const below = (depth: number) => (depth === 40 ? bottom.promise : level(depth + 1))
      const top = level(0)
      bottom.resolve(0)
      expect(await top).toBe(41)
    })

    test('a loader that no longer waits for another may be waited for by that one', async () => {
      const { cache, clock } = inMemory()
      const controller = new AbortController()
      const [asks, ends] = [deferred<void>(), deferred<void>()]
      const b = cache.getOrSet('b', async () => {
        await asks.promise
        return cache.getOrSet('a', () => 'never')
      })
      const a = cache.getOrSet('a', async () => {
        await cache.getOrSet('b', () => 'never', { signal: controller.signal }).catch(() => {})
        asks.resolve()
        await ends.promise
        return 'a'
      })
      await Promise.resolve()
      controller.abort()
      await asks.promise
      await clock.advance(0)
      ends.resolve()
      expect(await Promise.all([a, b])).toEqual(['a', 'a'])
    })

    test('loaders that were started apart, and wait for each other, are told so', async () => {
      const { cache } = inMemory()
      const start = deferred<void>()
      const a = cache.getOrSet('a', async () => {
        await start.promise
        return cache.getOrSet('b', () => 1)
      })
      const b = cache.getOrSet('b', async () => {
        await start.promise
        return cache.getOrSet('a', () => 1)
      })
      start.resolve()
      const results = await Promise.allSettled([a, b])
      expect(results.every((result) => result.status === 'rejected')).toBe(true)
    })
  })

  describe('a change while a load runs wins over its result', () => {
    test.each<[string, (cache: ReturnType<typeof inMemory>['cache']) => Promise<void>, unknown]>([
      ['delete', (cache) => cache.delete('k'), undefined],
      ['deleteMany', (cache) => cache.deleteMany(['k']), undefined],
      ['deleteByTag', (cache) => cache.deleteByTag('t'), undefined],
      ['deleteByPattern', (cache) => cache.deleteByPattern('k*'), undefined],
      ['clear', (cache) => cache.clear(), undefined],
      ['set', (cache) => cache.set('k', 'set'), 'set'],
      ['setMany', (cache) => cache.setMany([['k', 'set']]), 'set'],
    ])('%s', async (_, change, left) => {
      const { cache } = inMemory()
      const { promise, resolve } = deferred<string>()
      const waiting = cache.getOrSet('k', () => promise, { tags: ['t'] })
      await change(cache)
      const later = left === undefined ? cache.getOrSet('k', () => 'new') : undefined
      resolve('old')
      expect(await waiting).toBe('old')
      expect(await later).toBe(left === undefined ? 'new' : undefined)
      expect(await cache.get('k')).toBe(left ?? 'new')
    })

    test('a tag that the loader names itself', async () => {
      const { cache } = inMemory()
      const { promise, resolve } = deferred<string>()
      const waiting = cache.getOrSet('k', async ({ setTags }) => {
        const value = await promise
        setTags(['t'])
        return value
      })
      await cache.deleteByTag('t')
      resolve('old')
      await waiting
      expect(await cache.has('k')).toBe(false)
    })

    test.each<[string, LoadOptions | undefined]>([
      ['a crowd', undefined],
      ['one with options', { hardTimeout: '1m', tags: ['u'] }],
    ])('a tag that the loader names later: who came after it loads anew, %s as well', async (_, options) => {
      const { cache } = inMemory()
      const gates = [deferred(), deferred()]
      let loads = 0
      const load = async ({ setTags }: LoadContext) => {
        const number = ++loads
        await gates[number - 1]?.promise
        setTags(['t'])
        return number
      }
      const before = [cache.getOrSet('k', load, options), cache.getOrSet('k', load, options)]
      await cache.deleteByTag('t')
      const after = [1, 2, 3].map(() => cache.getOrSet('k', load, options))
      for (const gate of gates) gate.resolve()
      expect(await Promise.all(before)).toEqual([1, 1])
      expect(await Promise.all(after)).toEqual([2, 2, 2])
      expect([await cache.get('k'), loads]).toEqual([2, 2])
      expect(cache.stats).toMatchObject({ hits: 1, misses: 5, loads: 2 })
    })

    test.each([0, 0.25, 60_000])('and waits for what is left of its time, %s ms later', async (later) => {
      const { clock: whole } = inMemory()
      let now = 0
      const clock: Clock = {
        now: () => whole.now(),
        monotonic: () => now,
        sleep: (...args) => whole.sleep(...args),
        schedule: (...args) => whole.schedule(...args),
      }
      const { cache } = inMemory({ clock, layers: [memoryCacheStore({ clock })] })
      const gate = deferred()
      const load = async ({ setTags }: LoadContext) => {
        await gate.promise
        setTags(['t'])
        return now
      }
      const before = cache.getOrSet('k', load)
      await cache.deleteByTag('t')
      const after = cache.getOrSet('k', load, { hardTimeout: '1m' })
      now = later
      gate.resolve()
      expect([await before, await after]).toEqual([later, later])
    })
  })

  describe('stale values', () => {
    test('are served at once within staleWhileRevalidate, and loaded anew once, in the background', async () => {
      const { cache, clock } = inMemory({ ttl: '1m', staleWhileRevalidate: '1m' })
      await cache.getOrSet('a', () => 1)
      await clock.advance('1m')
      const { promise, resolve } = deferred<number>()
      const load = vi.fn(() => promise)
      expect(await Promise.all([1, 2, 3].map(() => cache.getOrSet('a', load)))).toEqual([1, 1, 1])
      expect(await cache.get('a')).toBeUndefined()
      expect(await cache.getEntry('a')).toMatchObject({ value: 1, stale: true })
      resolve(2)
      await clock.advance(0)
      expect([load.mock.calls.length, await cache.get('a')]).toEqual([1, 2])
    })

    test('are served within grace when a load fails, and the loader rests for 30 s', async () => {
      const { cache, clock } = inMemory({ ttl: '1m', grace: '10m' })
      await cache.getOrSet('a', () => 1)
      await clock.advance('1m')
      const load = vi.fn(async () => Promise.reject(new Error('down')))
      expect(await cache.getOrSet('a', load)).toBe(1)
      expect(await cache.getOrSet('a', load)).toBe(1)
      expect(load).toHaveBeenCalledTimes(1)
      await clock.advance('30s')
      expect(await cache.getOrSet('a', load)).toBe(1)
      expect(load).toHaveBeenCalledTimes(2)
      await clock.advance('10m')
      await expect(cache.getOrSet('a', load)).rejects.toThrow('down')
    })

    test('are served when a load is slower than the soft timeout, and the load is stored all the same', async () => {
      const { cache, clock } = inMemory({ ttl: '1m', grace: '10m', softTimeout: 100 })
      await cache.getOrSet('a', () => 1)
      await clock.advance('1m')
      const call = cache.getOrSet('a', async () => {
        await clock.sleep(300)
        return 2
      })
      await clock.advance(100)
      expect(await call).toBe(1)
      await clock.advance(200)
      expect(await cache.get('a')).toBe(2)
      expect(clock.pending).toBe(0)
    })

    test('give the loader its previous value', async () => {
      const { cache, clock } = inMemory({ ttl: '1m', grace: '10m' })
      const seen: unknown[] = []
      const load = ({ previous }: { previous: { readonly value: number } | undefined }) => {
        seen.push(previous)
        return (previous?.value ?? 0) + 1
      }
      await cache.getOrSet('a', load)
      await clock.advance('1m')
      expect(await cache.getOrSet('a', load)).toBe(2)
      expect(seen).toEqual([undefined, { value: 1 }])
    })
  })

  test('a hard timeout rejects the caller, aborts the signal, keeps the flight, and stores the late value', async () => {
    const { cache, clock } = inMemory({ hardTimeout: 50 })
    let signal: AbortSignal | undefined
    const load = vi.fn(async (ctx: { signal: AbortSignal }) => {
      signal = ctx.signal
      await clock.sleep(90)
      return 'late'
    })
    const calls: Promise<unknown>[] = []
    for (let call = 0; call < 4; call++) {
      calls.push(cache.getOrSet('a', load).catch((error) => error.code))
      await clock.advance(20)
    }
    expect(signal?.aborted).toBe(true)
    await clock.advance(10)
    expect(await Promise.all(calls)).toEqual(['TIMEOUT', 'TIMEOUT', 'late', 'late'])
    expect(load).toHaveBeenCalledTimes(1)
    expect(await cache.get('a')).toBe('late')
    expect(clock.pending).toBe(0)
  })

  describe('values', () => {
    test.each<[string, unknown]>([
      ['a plain object', { a: [1, { b: 'c' }], u: undefined }],
      ['dates, maps, sets', { at: new Date(0), map: new Map([[{ k: 1 }, new Set([1n])]]) }],
      ['odd numbers', [Number.NaN, -0, Number.POSITIVE_INFINITY, 10n]],
      ['binaries', [new Uint8Array([1, 2]), new Float64Array([0.5]), new ArrayBuffer(3)]],
      ['a URL', new URL('https://example.com/a?b=c')],
      ['undefined', undefined],
    ])('%s comes back equal, to everyone his own', async (_, value) => {
      const { cache } = inMemory()
      const [a, b] = await Promise.all([cache.getOrSet('k', () => value), cache.getOrSet('k', () => value)])
      expect(a).toEqual(value)
      expect(b).toEqual(value)
      const again = await cache.get('k')
      expect(again).toEqual(value)
      if (typeof value === 'object') expect(again).not.toBe(value)
    })

    test('nobody changes what others get', async () => {
      const { cache } = inMemory()
      const source = { list: [1], map: new Map([['a', { n: 1 }]]) }
      await cache.set('k', source)
      source.list.push(2)
      source.map.clear()
      const mine = await cache.get<typeof source>('k')
      mine?.map.set('a', { n: 9 })
      mine?.list.push(3)
      mine?.map.clear()
      expect(await cache.get('k')).toEqual({ list: [1], map: new Map([['a', { n: 1 }]]) })
      await cache.set('plain', { list: [1] })
      const plain = await cache.get<{ list: number[] }>('plain')
      expect(() => plain?.list.push(2)).toThrow(TypeError)
    })

    test('values of another realm are frozen, or copied, as those of this one', async () => {
      const { cache } = inMemory()
      const foreign = runInNewContext('({ rows: [{ id: 1 }], bare: Object.create(null) })')
      await cache.set('plain', foreign)
      const plain = await cache.get<{ rows: { id: number }[] }>('plain')
      expect(plain).toStrictEqual({ rows: [{ id: 1 }], bare: {} })
      expect([Object.isFrozen(plain?.rows), await cache.get('plain')]).toEqual([true, plain])
      const isHeld = (await cache.get('plain')) === plain
      expect(isHeld).toBe(true)
      await cache.set(
        'others',
        runInNewContext('({ at: new Date(0), map: new Map([[{ a: 1 }, new Set([1n])]]) })'),
      )
      expect(await cache.get('others')).toStrictEqual({
        at: new Date(0),
        map: new Map([[{ a: 1 }, new Set([1n])]]),
      })
    })

    test.each<[string, (value: unknown) => unknown]>([
      ['objects', (value) => ({ a: value })],
      ['maps', (value) => new Map([['a', value]])],
    ])('%s nested as deep as the codec carries are cached, and no deeper', async (_, around) => {
      const nested = (depth: number) => {
        let value: unknown = 1
        for (let level = 0; level < depth; level++) value = around(value)
        return value
      }
      const { cache } = inMemory()
      for (const depth of [500, 501]) {
        const isCarried = await Promise.resolve()
          .then(() => jsonCodec.encode(nested(depth)))
          .then(
            () => true,
            () => false,
          )
        const isCached = await cache.set('k', nested(depth)).then(
          () => true,
          () => false,
        )
        expect([depth, isCached]).toEqual([depth, isCarried])
      }
    })

    test('a class that nobody registered is refused, by name, and nothing is stored', async () => {
      const { cache } = inMemory()
      class Point {}
      await expect(cache.set('k', { at: new Point() })).rejects.toThrow('Point')
      await expect(cache.getOrSet('k', () => () => 1)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
      expect(await cache.has('k')).toBe(false)
    })
  })
})
