import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'
import { createCodec } from '@base/core/codec'
import { readDiagnosticsSources } from '@base/core/diagnostics'
import { AppError } from '@base/core/errors'
import { memoryLock } from '@base/core/lock'
import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test, vi } from 'vitest'
import { type CacheStore, memoryCacheStore } from '../store/index.js'
import { isRefreshDue } from './early-refresh.js'
import { type CachedOptions, type CacheOptions, createCache, type InvalidationRule } from './index.js'

function inMemory(options: Partial<CacheOptions> = {}) {
  const clock = new TestClock()
  return {
    clock,
    cache: createCache({ layers: [memoryCacheStore({ clock })], jitter: [0, 0], clock, ...options }),
  }
}

test('its counters can be read, and what its memory holds', async () => {
  const { cache } = inMemory()
  await cache.getOrSet('a', () => 'one')
  await cache.get('a')
  const held = { hits: 1, loads: 1, entries: 1, bytes: expect.any(Number) }
  expect(readDiagnosticsSources().get('base:cache:cache')).toContainEqual(
    expect.objectContaining({ reading: expect.objectContaining(held) }),
  )
})

describe('cached', () => {
  test('caches by name and arguments, with the same signature, and forgets single results', async () => {
    const { cache } = inMemory()
    const calls = vi.fn()
    async function find(id: number, options?: { readonly deep: boolean }) {
      calls(id)
      return { id, deep: options?.deep ?? false }
    }
    const cached = cache.cached(find)
    expect(await cached(1)).toEqual({ id: 1, deep: false })
    await cached(1)
    await cached(2)
    expect(await cached(1, { deep: true })).toEqual({ id: 1, deep: true })
    expect(calls).toHaveBeenCalledTimes(3)
    await cached.invalidate(1)
    await cached(1)
    await cached(2)
    expect(calls).toHaveBeenCalledTimes(4)
  })

  test('what is cached once more keeps its name, and so its own keys', async () => {
    const { cache } = inMemory()
    const above = inMemory().cache
    const user = above.cached(
      cache.cached(async function findUser(id: number) {
        return `user ${id}`
      }),
    )
    const order = above.cached(
      cache.cached(async function findOrder(id: number) {
        return `order ${id}`
      }),
    )
    expect([await user(1), await order(1), user.name]).toEqual(['user 1', 'order 1', 'findUser'])
  })

  test('hands on `this`, which is no part of the key', async () => {
    const { cache } = inMemory()
    class Prices {
      readonly base: number
      constructor(base: number) {
        this.base = base
      }
      find = cache.cached(
        async function find(this: Prices, article: string) {
          return this.base + article.length
        },
        { tags: (article) => [article] },
      )
    }
    const [first, second] = [new Prices(10), new Prices(20)]
    expect([await first.find('pear'), await second.find('pear'), await second.find('fig')]).toEqual([
      14, 14, 23,
    ])
    await first.find.invalidate('pear')
    expect(await second.find('pear')).toBe(24)
  })

  test('takes tags from the arguments, and a key of your own', async () => {
    const { cache } = inMemory()
    const load = vi.fn((id: number) => id)
    const cached = cache.cached(load, { key: (id) => `number:${id}`, tags: (id) => [`n${id}`], ttl: '1h' })
    await cached(1)
    expect(await cache.get('number:1')).toBe(1)
    await cache.deleteByTag('n1')
    await cached(1)
    expect(load).toHaveBeenCalledTimes(2)
  })

  test('equal arguments are one key, different ones are not', async () => {
    const { cache } = inMemory()
    const load = vi.fn((...args: unknown[]) => args.length)
    const cached = cache.cached(load, { key: 'load' })
    const distinct: unknown[][] = [
      [],
      [undefined],
      [null],
      [0],
      [-0],
      ['0'],
      [0n],
      [{ a: 1, b: 2 }],
      [{ a: 1, b: '2' }],
      [new Map([['a', 1]])],
      [new Map([['a', 2]])],
      [new Set([1])],
      [[1]],
      [new Date(1)],
      [new Uint8Array([1])],
      [new Uint16Array([1])],
      [/a/g],
      [new URL('https://example.com')],
      ['a', 'b'],
      ['a,b'],
      [{ cacheKey: 'x' }],
    ]
    for (const args of distinct) await cached(...args)
    expect(load).toHaveBeenCalledTimes(distinct.length)
    await cached({ b: 2, a: 1 })
    await cached(new Map([['a', 1]]))
    expect(load).toHaveBeenCalledTimes(distinct.length)
  })

  test('takes arguments of another realm for what they are', async () => {
    const { cache } = inMemory()
    const load = vi.fn((...args: unknown[]) => args.length)
    const cached = cache.cached(load, { key: 'load' })
    const args = [{ a: [1] }, new Date(0), new Map([['a', 1]]), new Set([1])]
    await cached(...args)
    await cached(...runInNewContext("[{ a: [1] }, new Date(0), new Map([['a', 1]]), new Set([1])]"))
    expect(load).toHaveBeenCalledTimes(1)
  })

  test('takes maps, sets and dates that call themselves otherwise for what they are', async () => {
    const { cache } = inMemory()
    const load = vi.fn((...args: unknown[]) => args.length)
    const cached = cache.cached(load, { key: 'load' })
    class Rates extends Map<string, number> {
      override readonly [Symbol.toStringTag] = 'Rates'
    }
    class Roles extends Set<number> {
      override readonly [Symbol.toStringTag] = 'Roles'
    }
    class Day extends Date {
      readonly [Symbol.toStringTag] = 'Day'
    }
    await cached(new Map([['a', 1]]), new Set([1]), new Date(0))
    await cached(new Rates([['a', 1]]), new Roles([1]), new Day(0))
    expect(load).toHaveBeenCalledTimes(1)
    await cached(new Rates([['a', 2]]), new Roles([1]), new Day(0))
    expect(load).toHaveBeenCalledTimes(2)
  })

  test('asks what extends a class of the language for its cacheKey as well', async () => {
    const { cache } = inMemory()
    class ZonedDate extends Date {
      readonly zone: string
      constructor(time: number, zone: string) {
        super(time)
        this.zone = zone
      }
      cacheKey() {
        return `${this.getTime()} ${this.zone}`
      }
    }
    class Ids extends Array<number> {
      get cacheKey() {
        return this.join()
      }
    }
    const day = cache.cached((date: ZonedDate) => date.zone, { key: 'day' })
    expect([await day(new ZonedDate(0, 'UTC')), await day(new ZonedDate(0, 'Asia/Tokyo'))]).toEqual([
      'UTC',
      'Asia/Tokyo',
    ])
    const load = vi.fn(() => 1)
    const find = cache.cached<(ids: number[]) => number>(load, { key: 'find' })
    for (const ids of [Ids.of(1, 2), Ids.of(1, 2), [1, 2]]) await find(ids)
    expect(load).toHaveBeenCalledTimes(2)
    await expect(day(Object.assign(new Date(0), { cacheKey: 7 }) as never)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    })
  })

  test('hands on the arguments of the call, whatever the caller does to them then', async () => {
    const clock = new TestClock()
    // Below memory, so that the function is called later.
    const layers = [memoryCacheStore({ clock }), memoryCacheStore({ clock })]
    const find = createCache({ layers, clock }).cached(async function findPage(query: {
      page: number
      tags: Set<string>
    }) {
      return `${query.page} ${[...query.tags]}`
    })
    const query = { page: 1, tags: new Set(['a']) }
    const first = find(query)
    query.page = 2
    query.tags.add('b')
    const second = find(query)
    expect(await Promise.all([first, second])).toEqual(['1 a', '2 a,b'])
    expect(await find({ page: 1, tags: new Set(['a']) })).toBe('1 a')
  })

  test('hands them on as they are where they have a class, or the key is one of your own', async () => {
    const { cache } = inMemory()
    const same = (arg: object) => given.push(arg)
    const given: object[] = []
    const user = new (class User {
      readonly cacheKey = 'u1'
    })()
    const query = { id: 1 }
    await cache.cached(same)(user)
    await cache.cached(same, { key: ({ id }: { id?: number }) => `q${id}` })(query)
    expect(given[0]).toBe(user)
    expect(given[1]).toBe(query)
  })

  test.each<[string, object]>([
    ['the strings of a template', ((strings: TemplateStringsArray) => strings)`a\n`],
    ['an array with a field', Object.assign([1], { total: 2 })],
    ['an array with a gap', new Array<number>(1)],
    ['a gap and a field', Object.assign(new Array<number>(1), { total: 2 })],
    ['an object without a prototype', Object.assign(Object.create(null), { id: 1 })],
    ['a symbol as a key', { id: 1, [Symbol('tenant')]: 'a' }],
    ['what is not enumerable', Object.defineProperty({ id: 1 }, 'secret', { value: 2 })],
    ['a map with a field', Object.assign(new Map([[1, 1]]), { total: 2 })],
    ['a date with a field', Object.assign(new Date(0), { zone: 'UTC' })],
  ])('hands them on as they are where a copy would lose something: %s', async (_, part) => {
    const { cache } = inMemory()
    const given: unknown[] = []
    const load = cache.cached((...args: unknown[]) => given.push(...args), { key: 'load' })
    const deep = { in: [new Map([['part', part]])] }
    const [plain, bytes] = [{ id: 1 }, new Uint8Array([1])]
    await load(part, deep, plain, bytes)
    expect(given[0]).toBe(part)
    expect(given[1]).toBe(deep)
    expect(given.slice(2)).toEqual([plain, bytes])
    expect(given[2]).not.toBe(plain)
    expect(given[3]).not.toBe(bytes)
  })

  test('refuses what has no canonical form, and a function without a name', async () => {
    const { cache } = inMemory()
    const cached = cache.cached((value: unknown) => value, { key: 'load' })
    class Point {
      readonly x = 1
    }
    class Keyed {
      readonly cacheKey = 'k'
    }
    const circle: unknown[] = []
    circle.push(circle)
    for (const wrong of [() => 1, Symbol('s'), new Point(), circle]) {
      await expect(cached(wrong)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    }
    await expect(cached({ at: [new Keyed()] }).catch((error) => error.code)).resolves.toBe('UNSUPPORTED')
    expect(() => cache.cached(() => 1)).toThrow('key must be')
  })
})

describe('namespaces', () => {
  test('are apart, whatever their names', async () => {
    const { cache } = inMemory()
    const all = [
      cache,
      cache.namespace('a'),
      cache.namespace('a').namespace('b'),
      cache.namespace('a:b'),
      cache.namespace('a%3Ab'),
      cache.namespace('*'),
    ]
    for (const [index, each] of all.entries()) await each.set('b::k', index)
    expect(await Promise.all(all.map((each) => each.get('b::k')))).toEqual([0, 1, 2, 3, 4, 5])
    await cache.namespace('*').clear()
    expect(await Promise.all(all.map((each) => each.get('b::k')))).toEqual([0, 1, 2, 3, 4, undefined])
    await cache.namespace('a').clear()
    expect(await Promise.all(all.map((each) => each.get('b::k')))).toEqual([
      0,
      undefined,
      undefined,
      3,
      4,
      undefined,
    ])
    await cache.clear()
    expect(await Promise.all(all.map((each) => each.get('b::k')))).toEqual(Array(6).fill(undefined))
  })

  test('have tags of their own', async () => {
    const { cache } = inMemory()
    await cache.set('k', 1, { tags: ['t'] })
    await cache.namespace('n').set('k', 2, { tags: ['t'] })
    await cache.namespace('n').deleteByTag('t')
    expect([await cache.get('k'), await cache.namespace('n').get('k')]).toEqual([1, undefined])
  })
})

describe('observation', () => {
  test('one event for each read, set and deletion', async () => {
    const { cache, clock } = inMemory({ ttl: 1_000, grace: '1h' })
    const heard: string[] = []
    for (const name of ['hit', 'miss', 'set', 'delete', 'stale', 'error'] as const) {
      cache.on(name, (event) => heard.push(`${name} ${'key' in event ? event.key : ''}`))
    }
    await cache.get('a')
    await cache.set('a', 1)
    await cache.get('a')
    await cache.getOrSet('b', () => 2)
    await clock.advance(1_000)
    await cache.getOrSet('a', () => Promise.reject(new Error('down')))
    await cache.delete('a')
    expect(heard).toEqual(['miss a', 'set a', 'hit a', 'miss b', 'set b', 'error a', 'stale a', 'delete a'])
    expect(cache.stats).toEqual({
      hits: 1,
      misses: 2,
      stale: 1,
      loads: 2,
      loadFailures: 1,
      sets: 2,
      deletes: 1,
      evictions: 0,
      entries: 1,
      bytes: 0,
    })
  })

  test('a read of a lower layer is counted and told as one of memory is', async () => {
    const clock = new TestClock()
    const options = { jitter: [0, 0], ttl: 1_000, grace: '1h', clock } as const
    const cache = createCache({ ...options, layers: [{ ...memoryCacheStore({ clock }) }] })
    const told: string[] = []
    for (const event of ['hit', 'miss', 'stale'] as const)
      cache.on(event, ({ key }) => told.push(`${event} ${key}`))
    await cache.set('k', 1)
    await cache.get('k')
    await cache.getEntry('k')
    await cache.getOrSet('k', () => 2)
    expect(await cache.getMany(['k', 'x'])).toEqual([1, undefined])
    await cache.get('x')
    await cache.getEntry('x')
    await clock.advance(1_000)
    await cache.getEntry('k')
    expect(await cache.getMany(['k'])).toEqual([undefined])
    await cache.getOrSet('k', () => Promise.reject(new Error('down')))
    expect(told).toEqual([
      'hit k',
      'hit k',
      'hit k',
      'hit k',
      'miss x',
      'miss x',
      'miss x',
      'stale k',
      'miss k',
      'stale k',
    ])
    expect(cache.stats).toMatchObject({ hits: 4, misses: 4, stale: 2 })
  })

  test('who leaves, or gets a new value where a stale one would have done, is a miss', async () => {
    const { cache, clock } = inMemory({ ttl: 1_000, grace: '1h' })
    await cache.set('k', 1)
    await clock.advance(1_000)
    const controller = new AbortController()
    const left = cache.getOrSet('k', () => new Promise(() => {}), { signal: controller.signal })
    controller.abort('gone')
    await expect(left).rejects.toBe('gone')
    expect(await cache.getOrSet('k', () => 2)).toBe(2)
    expect(cache.stats).toMatchObject({ hits: 0, misses: 2, stale: 0 })
  })

  test('a listener can leave, and an unknown event is refused', async () => {
    const { cache } = inMemory()
    const heard = vi.fn()
    const off = cache.on('miss', heard)
    await cache.get('a')
    off()
    await cache.get('a')
    expect(heard).toHaveBeenCalledTimes(1)
    expect(() => cache.on('hits' as never, heard)).toThrow('event must be')
  })

  test('diagnostics channels tell the same', async () => {
    const { cache } = inMemory()
    const heard = vi.fn()
    const listener = (message: unknown) => heard(message)
    subscribe('base:cache:cache:hit', listener)
    await cache.set('a', 1)
    await cache.namespace('n').set('b', 1)
    await cache.get('a')
    await cache.namespace('n').get('b')
    unsubscribe('base:cache:cache:hit', listener)
    await cache.get('a')
    expect(heard.mock.calls).toEqual([[{ key: 'a', namespace: '' }], [{ key: 'b', namespace: ':n' }]])
  })
})

describe('ttlByPattern, invalidation and warmUp', () => {
  test('the first pattern that matches a key gives its ttl', async () => {
    const { cache, clock } = inMemory({ ttl: '1h', ttlByPattern: { 'user:*': 1_000, '*': 2_000 } })
    await cache.set('user:1', 1)
    await cache.set('other', 1)
    await cache.set('user:2', 1, { ttl: '1h' })
    await clock.advance(1_000)
    expect(await cache.getMany(['user:1', 'other', 'user:2'])).toEqual([undefined, 1, 1])
  })

  test('an event of yours invalidates what its rule says', async () => {
    const { cache } = inMemory({
      invalidation: {
        'user.renamed': ({ id }: { id: number }) => ({
          keys: [`user:${id}`],
          tags: [`t${id}`],
          patterns: [`list:${id}:*`],
        }),
      },
    })
    await cache.setMany([
      ['user:1', 1],
      ['x', 1, { tags: ['t1'] }],
      ['list:1:a', 1],
      ['user:2', 1],
    ])
    await cache.invalidateFor('user.renamed', { id: 1 })
    await cache.invalidateFor('unknown', { id: 2 })
    expect(await cache.getMany(['user:1', 'x', 'list:1:a', 'user:2'])).toEqual([
      undefined,
      undefined,
      undefined,
      1,
    ])
  })

  test('an event of yours is refused by a closed cache as all else is, also without a rule', async () => {
    const { cache } = inMemory()
    await cache.close()
    await expect(cache.invalidateFor('unknown', 0)).rejects.toMatchObject({ code: 'CACHE_CLOSED' })
  })

  test.each([
    ['nothing', undefined, 'invalidation.changed must be an object, and no list, map or promise'],
    ['a text', 'tag', 'invalidation.changed must be an object'],
    ['a key that is no array', { keys: 'k' }, 'keys must be'],
    ['a tag that is no array', { tags: 't' }, 'tags must be'],
    ['a pattern that is no array', { patterns: 'k*' }, 'patterns must be'],
    ['a promise', Promise.resolve({ keys: ['k'] }), 'invalidation.changed must be an object'],
    ['an array', ['k'], 'invalidation.changed must be an object'],
    ['a set', new Set(['k']), 'invalidation.changed must be an object'],
    ['a function', () => ({ keys: ['k'] }), 'invalidation.changed must be an object'],
  ])('a rule that gives %s is told so, and nothing is invalidated', async (_, answer, message) => {
    const { cache } = inMemory({ invalidation: { changed: () => answer as InvalidationRule } })
    await cache.set('k', 1, { tags: ['t'] })
    const told = cache.invalidateFor('changed', 0)
    await expect(told).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    await expect(told).rejects.toThrow(message)
    expect(await cache.get('k')).toBe(1)
  })

  test('rules, what they give and lives by pattern may be of a class', async () => {
    class Rules {
      readonly changed = (key: string) =>
        new (class Changed {
          readonly keys = [key]
        })()
    }
    class Lives {
      readonly 'k*' = 1_000
    }
    const { cache, clock } = inMemory({
      invalidation: new Rules() as never,
      ttlByPattern: new Lives() as never,
    })
    await cache.setMany([
      ['k1', 1],
      ['k2', 2],
    ])
    await cache.invalidateFor('changed', 'k1')
    expect(await cache.getMany(['k1', 'k2'])).toEqual([undefined, 2])
    await clock.advance(1_000)
    expect(await cache.get('k2')).toBeUndefined()
  })

  test('warming up loads what is missing, a few at a time, and tells what failed', async () => {
    const { cache, clock } = inMemory()
    await cache.set('k0', 0)
    let running = 0
    let most = 0
    const load = async ({ key }: { readonly key: string }) => {
      running++
      most = Math.max(most, running)
      await clock.sleep(10)
      running--
      if (key === 'k3') throw new Error('down')
      return key
    }
    const keys = Array.from({ length: 8 }, (_, id) => `k${id}`)
    const done = cache.warmUp(keys, load, { concurrency: 3 })
    await clock.advance(100)
    expect(await done).toEqual({ loaded: 7, failed: [{ key: 'k3', error: new Error('down') }] })
    expect([most, await cache.get('k0'), await cache.get('k7')]).toEqual([3, 0, 'k7'])
  })

  test('warming up takes no more room than its keys, whatever the concurrency', async () => {
    const { cache } = inMemory()
    const concurrency = Number.MAX_SAFE_INTEGER
    expect(await cache.warmUp(['a', 'b'], () => 1, { concurrency })).toEqual({ loaded: 2, failed: [] })
    expect(await cache.warmUp([], () => 1, { concurrency })).toEqual({ loaded: 0, failed: [] })
  })
})

describe('earlyRefresh', () => {
  test('loads anew in the background, within the last fifth of a life, once', async () => {
    const { cache, clock } = inMemory({ ttl: 10_000, earlyRefresh: true, random: () => 0.999 })
    const load = vi.fn(async () => {
      await clock.sleep(500)
      return load.mock.calls.length
    })
    const first = cache.getOrSet('k', load)
    await clock.advance(500)
    await first
    await clock.advance(7_999)
    expect(await cache.getOrSet('k', load)).toBe(1)
    expect(load).toHaveBeenCalledTimes(1)
    await clock.advance(1)
    expect(await Promise.all([cache.getOrSet('k', load), cache.getOrSet('k', load)])).toEqual([1, 1])
    await clock.advance(500)
    expect([load.mock.calls.length, await cache.get('k')]).toEqual([2, 2])
  })

  test('that fails is followed by another one after 30 s, and not by each hit', async () => {
    const { cache, clock } = inMemory({ ttl: '1h', earlyRefresh: true, random: () => 0.999 })
    const slow = cache.getOrSet('k', () => clock.sleep('5m').then(() => 'old'))
    await clock.advance('5m')
    await slow
    await clock.advance('50m')
    const load = vi.fn(() => Promise.reject(new Error('down')))
    for (let second = 0; second < 60; second++) {
      expect(await cache.getOrSet('k', load)).toBe('old')
      await clock.advance('1s')
    }
    expect(load).toHaveBeenCalledTimes(2)
  })

  test('is the likelier the nearer the end, and the longer the load', () => {
    expect(isRefreshDue(1_000, 10_000, 500, 1, 0.5)).toBe(false)
    expect(isRefreshDue(300, 10_000, 500, 1, 0.5)).toBe(true)
    expect(isRefreshDue(1_000, 10_000, 500, 4, 0.5)).toBe(true)
    expect(isRefreshDue(2_001, 10_000, 1e9, 1, 0.99)).toBe(false)
    expect(isRefreshDue(1, 10_000, 500, 1, 0)).toBe(false)
  })
})

describe('classes of yours', () => {
  class Money {
    readonly minor: bigint
    constructor(minor: bigint) {
      this.minor = minor
    }
  }
  const money = {
    name: 'money',
    is: (value: unknown): value is Money => value instanceof Money,
    toValue: ({ minor }: Money) => minor,
    fromValue: (minor: bigint) => new Money(minor),
  }

  test('come back as instances, to everyone his own', async () => {
    const { cache } = inMemory({ codec: createCodec({ types: [money] }) })
    await cache.set('k', { price: new Money(7n) })
    const [a, b] = [await cache.get<{ price: Money }>('k'), await cache.get<{ price: Money }>('k')]
    expect(a?.price).toBeInstanceOf(Money)
    expect([a?.price.minor, a?.price === b?.price]).toEqual([7n, false])
  })

  test('come back as instances as well where they extend arrays or bytes', async () => {
    class Names extends Array<string> {}
    const names = {
      name: 'names',
      is: (value: unknown): value is Names => value instanceof Names,
      toValue: (list: Names) => [...list],
      fromValue: (list: string[]) => Names.from(list),
    }
    const buffer = {
      name: 'buffer',
      is: Buffer.isBuffer,
      toValue: (bytes: Buffer) => bytes.toString('base64'),
      fromValue: (text: string) => Buffer.from(text, 'base64'),
    }
    const { cache } = inMemory({ codec: createCodec({ types: [names, buffer] }) })
    await cache.set('k', { names: Names.from(['Ada']), of: [Buffer.from('hello')], at: new Date(0) })
    const found = await cache.get<{ names: Names; of: Buffer[] }>('k')
    expect(found?.names).toBeInstanceOf(Names)
    expect(found?.of.map(String)).toEqual(['hello'])
  })

  test('of which one cannot be made again is refused when it is written, and not by each reader', async () => {
    const picky = {
      ...money,
      fromValue: () => {
        throw new Error('no such amount')
      },
    }
    const { cache } = inMemory({ codec: createCodec({ types: [picky] }) })
    await expect(cache.set('k', [new Money(7n)])).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: 'The value cannot be cached: the codec cannot read what it wrote.',
      cause: { code: 'VALIDATION' },
    })
    await expect(cache.getOrSet('k', () => new Money(7n))).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    expect(await cache.getOrSet('k', () => 1)).toBe(1)
  })

  test('are made once to see whether a layer below has them, and once for each reader', async () => {
    const toValue = vi.fn(money.toValue)
    const fromValue = vi.fn(money.fromValue)
    const codec = createCodec({ types: [{ ...money, toValue, fromValue }] })
    const shared: CacheStore = { ...memoryCacheStore(), encoding: 'bytes' }
    await createCache({ layers: [shared], codec }).set('k', new Money(7n))
    for (const made of [toValue, fromValue]) made.mockClear()
    const cache = createCache({ layers: [memoryCacheStore(), shared], codec })
    expect(await cache.get('k')).toEqual(new Money(7n))
    expect([toValue.mock.calls.length, fromValue.mock.calls.length]).toEqual([0, 2])
    expect(await cache.get('k')).toBeInstanceOf(Money)
    expect(fromValue).toHaveBeenCalledTimes(3)
  })

  test('are found in the lowest layer also where the codec can read them and not write them', async () => {
    const bytes = (): CacheStore => ({ ...memoryCacheStore(), encoding: 'bytes' })
    const [middle, lowest] = [bytes(), bytes()]
    const codec = createCodec({ types: [money] })
    await createCache({ layers: [lowest], codec }).setMany([
      ['plain', 1],
      ['money', new Money(7n)],
    ])
    const refused = new Error('not to be written')
    const encode = () => {
      throw refused
    }
    const cache = createCache({ layers: [middle, lowest], codec: { ...codec, encode } })
    const errors: unknown[] = []
    cache.on('error', ({ error, key, source }) => errors.push([error, key, source]))
    expect(await cache.getMany(['plain', 'money'])).toEqual([1, new Money(7n)])
    expect(errors).toEqual([
      [refused, 'plain', 'codec'],
      [refused, 'money', 'codec'],
    ])
  })

  test('a Buffer is one for each reader', async () => {
    const { cache } = inMemory()
    await cache.set('k', { bytes: Buffer.from('hi') })
    const first = await cache.get<{ bytes: Buffer }>('k')
    first?.bytes.fill(0)
    expect(await cache.get('k')).toStrictEqual({ bytes: Buffer.from('hi') })
  })

  test('that nobody registered are the arrays that they extend, and a Buffer is one', async () => {
    class Names extends Array<string> {}
    const { cache } = inMemory()
    await cache.set('k', [Names.from(['Ada']), Buffer.from('hi')])
    const [names, bytes] = (await cache.get<[string[], Buffer]>('k')) ?? []
    expect([names, bytes]).toStrictEqual([['Ada'], Buffer.from('hi')])
  })
})

describe('closing', () => {
  test('waits for loads, refuses what comes later, and does nothing twice', async () => {
    const { cache, clock } = inMemory()
    const load = cache.getOrSet('k', async () => {
      await clock.sleep(100)
      return 1
    })
    let isClosed = false
    const closing = cache.close().then(() => {
      isClosed = true
    })
    await clock.advance(50)
    expect(isClosed).toBe(false)
    await clock.advance(50)
    await Promise.all([closing, cache.close(), cache[Symbol.asyncDispose]()])
    expect(await load).toBe(1)
    for (const call of [
      cache.get('k'),
      cache.getOrSet('k', () => 1),
      cache.set('k', 1),
      cache.delete('k'),
      cache.has('k'),
      cache.warmUp(['k'], () => 1),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'CACHE_CLOSED' })
    }
    clock.assertIdle()
  })

  /** A layer whose reads wait for a gate. */
  function gatedStore(clock: TestClock) {
    const below = memoryCacheStore({ clock })
    const gates: Promise<void>[] = []
    const store: CacheStore = {
      ...below,
      getMany: async (...args) => {
        await gates[0]
        return below.getMany(...args)
      },
    }
    return { store, gates }
  }

  test('serves who has asked a lower layer before, and refuses who comes later', async () => {
    const clock = new TestClock()
    const { store, gates } = gatedStore(clock)
    const cache = createCache({ layers: [memoryCacheStore({ clock }), store], clock })
    await cache.set('there', 'found')
    const { promise, resolve } = deferred()
    gates.push(promise)
    const load = vi.fn(() => clock.sleep(100).then(() => 'loaded'))
    const asking = Promise.all([
      ...['a', 'a', 'b'].map((key) => cache.getOrSet(key, load)),
      cache.get('there'),
      cache.has('c'),
    ])
    const closing = cache.close()
    await expect(cache.getOrSet('a', load)).rejects.toMatchObject({ code: 'CACHE_CLOSED' })
    resolve()
    await clock.advance(100)
    expect(await asking).toEqual(['loaded', 'loaded', 'loaded', 'found', false])
    expect(load).toHaveBeenCalledTimes(2)
    await closing
    clock.assertIdle()
  })

  test.each([
    ['', () => undefined],
    [', under a lock', (clock: TestClock) => memoryLock({ clock })],
  ])(
    'begins no load for who still asks a lower layer after a second, nor in the background%s',
    async (_, lockOf) => {
      const clock = new TestClock()
      const { store, gates } = gatedStore(clock)
      const lock = lockOf(clock)
      const options = {
        earlyRefresh: 1_000,
        random: () => 0.999,
        ttl: 1_000,
        jitter: [0, 0],
        lock,
        clock,
      } as const
      const layers = [memoryCacheStore({ clock }), store]
      const cache = createCache({ ...options, layers, layerTimeouts: { read: '2s' } })
      const load = vi.fn(() => clock.sleep(10))
      const first = cache.getOrSet('a', load)
      await clock.advance(10)
      await first
      await clock.advance(990)
      const { promise, resolve } = deferred()
      gates.push(promise)
      await cache.getOrSet('a', load)
      const asking = cache.getOrSet('b', load)
      const closing = cache.close()
      await clock.advance(1_000)
      await closing
      resolve()
      await expect(asking).rejects.toMatchObject({ code: 'CACHE_CLOSED' })
      expect(load).toHaveBeenCalledOnce()
    },
  )
})

describe('wrong arguments', () => {
  const layers = [memoryCacheStore()]
  const never = (value: unknown): never => value as never

  test.each<[string, CacheOptions, string]>([
    ['no options', never(undefined), 'options must be'],
    ['no layers', { layers: [] }, 'layers must be'],
    ['a layer that is none', { layers: [never({ encoding: 'objects' })] }, 'layers[0] must be'],
    [
      'an encoding',
      { layers: [{ ...memoryCacheStore(), encoding: never('text') }] },
      'layers[0].encoding must be',
    ],
    ['layer timeouts that are none', { layers, layerTimeouts: never(100) }, 'layerTimeouts must be'],
    ['a read timeout of 0', { layers, layerTimeouts: { read: 0 } }, 'layerTimeouts.read must be'],
    ['a write timeout', { layers, layerTimeouts: { write: never('soon') } }, 'layerTimeouts.write must be'],
    ['a negative ttl', { layers, ttl: -5 }, 'ttl must be'],
    ['NaN as ttl', { layers, ttl: Number.NaN }, 'ttl must be'],
    ['jitter', { layers, jitter: [0.5, 0.1] }, 'jitter[1] must be'],
    ['jitter of one number', { layers, jitter: never([0.1]) }, 'jitter must be'],
    ['jitter that is no range', { layers, jitter: never(0.1) }, 'jitter must be'],
    ['jitter of all', { layers, jitter: [0, 1] }, 'jitter[1] must be'],
    ['a hard timeout of 0', { layers, hardTimeout: 0 }, 'hardTimeout must be'],
    ['an empty namespace', { layers, namespace: '' }, 'namespace must be'],
    ['a bus', { layers, bus: never({}) }, 'bus must be'],
    ['a lock', { layers, lock: never({}) }, 'lock must be'],
    ['a codec', { layers, codec: never({}) }, 'codec must be'],
    ['a clock', { layers, clock: never({}) }, 'clock must be'],
    ['early refresh', { layers, earlyRefresh: 0 }, 'earlyRefresh must be'],
    ['an invalidation rule', { layers, invalidation: { a: never(1) } }, 'invalidation.a must be'],
    ['rules that are none', { layers, invalidation: never(new Map()) }, 'invalidation must be'],
    ['patterns that are none', { layers, ttlByPattern: never(new Map([['a*', 1]])) }, 'ttlByPattern must be'],
    ['a pattern', { layers, ttlByPattern: { '\ud800': 1 } }, 'ttlByPattern must be'],
    ['a ttl of a pattern', { layers, ttlByPattern: { 'a*': -1 } }, 'ttlByPattern.a* must be'],
  ])('%s: refused at once', (_, options, message) => {
    expect(() => createCache(options)).toThrow(message)
  })

  test.each<keyof CacheOptions>([
    'layers',
    'layerTimeouts',
    'bus',
    'namespace',
    'ttl',
    'ttlByPattern',
    'jitter',
    'grace',
    'staleWhileRevalidate',
    'softTimeout',
    'hardTimeout',
    'negativeTtl',
    'earlyRefresh',
    'codec',
    'lock',
    'invalidation',
    'clock',
    'random',
  ])('null as %s: refused at once, and not taken for the default', (option) => {
    expect(() => createCache({ layers, [option]: null })).toThrow(`${option} must be`)
  })

  test.each(['bus', 'lock'] as const)('no %s, said by false: refused at once', (option) => {
    expect(() => createCache({ layers, [option]: false })).toThrow(`${option} must be an object`)
  })

  const cache = createCache({ layers })
  test.each<[string, () => Promise<unknown>, string]>([
    ['a key', () => cache.get(never(1)), 'key must be a text'],
    ['a lone surrogate', () => cache.set('\ud800', 1), 'key must be a text'],
    ['keys', () => cache.getMany(never('abc')), 'keys must be'],
    ['a loader', () => cache.getOrSet('k', never('value')), 'load must be a function'],
    ['a ttl', () => cache.set('k', 1, { ttl: -1 }), 'ttl must be'],
    ['a ttl of a load', () => cache.getOrSet('k', () => 1, { ttl: never('soon') }), 'ttl must be'],
    ['a ttl of a loader', () => cache.getOrSet('k', (ctx) => ctx.setTtl(-1)), 'ttl must be'],
    ['a signal', () => cache.getOrSet('k', () => 1, { signal: never({}) }), 'signal must be'],
    ['tags', () => cache.set('k', 1, { tags: never('abc') }), 'tags must be'],
    ['a tag', () => cache.deleteByTag(never(7)), 'tags must be'],
    ['a pattern', () => cache.deleteByPattern(never(/a/)), 'pattern must be'],
    ['a ttl in place of options', () => cache.set('k', 1, never(5_000)), 'options must be'],
    ['options of a load', () => cache.getOrSet('k', () => 1, never(null)), 'options must be'],
    [
      'options of one of many',
      () =>
        cache.setMany([
          ['k', 1],
          ['j', 2, never('5m')],
        ]),
      'options must be',
    ],
    ['entries', () => cache.setMany(never(5)), 'entries must be'],
    ['an entry', () => cache.setMany(never([['k', 1], { key: 'j' }])), 'entries must be arrays [key, value'],
    ['a text in place of an entry', () => cache.setMany(never(['k1'])), 'entries must be arrays'],
    ['a concurrency', () => cache.warmUp([], () => 1, { concurrency: 0 }), 'concurrency must be'],
    ['keys to warm up', () => cache.warmUp(never(undefined), () => 1), 'keys must be'],
    ['a key to warm up', () => cache.warmUp('k', () => 1), 'keys must be'],
    ['a loader to warm up', () => cache.warmUp(['k'], never(undefined)), 'load must be'],
    ['a ttl to warm up', () => cache.warmUp(['k'], () => 1, { ttl: -1 }), 'ttl must be'],
    ['options to warm up', () => cache.warmUp(['k'], () => 1, never(null)), 'options must be'],
  ])('%s: refused, and nothing is stored', async (_, call, message) => {
    await expect(call()).rejects.toThrow(message)
    expect(await cache.has('k')).toBe(false)
  })

  test.each<[string, CachedOptions<[]>, string]>([
    ['options', never(null), 'options must be'],
    ['a ttl', { ttl: -1 }, 'ttl must be'],
    ['tags', { tags: never('a') }, 'tags must be'],
    ['a hard timeout', { hardTimeout: 0 }, 'hardTimeout must be'],
  ])('%s of a cached function: refused where it is made', (_, options, message) => {
    expect(() => cache.cached(function load() {}, options)).toThrow(message)
  })
})

test.each<[string, (value: unknown) => unknown]>([
  ['is asynchronous', async (value) => JSON.stringify(value)],
  ['rejects', () => Promise.reject(new Error('no key'))],
  ['gives bytes', (value) => Buffer.from(JSON.stringify(value))],
])('a codec that %s is refused by each layer that needs it, and nothing is stored', async (_, encode) => {
  const codec = { encode: encode as () => string, decode: (text: string): unknown => JSON.parse(text) }
  const clock = new TestClock()
  const below: CacheStore = { ...memoryCacheStore({ clock }), encoding: 'bytes' }
  const cache = createCache({ layers: [memoryCacheStore({ clock }), below], clock, codec })
  for (const value of [{ id: 1 }, new (class User {})()]) {
    await expect(cache.set('k', value)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    await expect(cache.getOrSet('k', () => value)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  }
  expect([await cache.has('k'), (await below.getMany(['k'], [])).entries]).toEqual([false, [undefined]])
})

describe('an error of the cache', () => {
  const never = (value: unknown): never => value as never
  const { cache, clock } = inMemory()

  test.each<[string, () => Promise<unknown>]>([
    ['a load that takes too long', () => cache.getOrSet('ada@a', () => clock.sleep(20), { hardTimeout: 10 })],
    ['a key', () => cache.get('ada@a\ud800')],
    ['keys', () => cache.getMany(never('ada@a'))],
    ['a tag', () => cache.getOrSet('k', ({ setTags }) => setTags(['ada@a\ud800']))],
    ['tags', () => cache.set('k', 1, { tags: never('ada@a') })],
    ['a pattern', () => cache.deleteByPattern('ada@*\ud800')],
    ['entries', () => cache.setMany(never('ada@a'))],
    ['an entry', () => cache.setMany(never(['ada@a']))],
    ['keys to warm up', () => cache.warmUp('ada@a', () => 1)],
    ['a namespace', async () => cache.namespace('ada@a\ud800')],
    ['a key of a cached function', cache.cached(() => 1, { key: () => 'ada@a\ud800' })],
  ])('never shows whom a key is about: %s', async (_, call) => {
    const told = vi.fn()
    const stop = cache.on('error', ({ error }) => told(error))
    const failed = call().catch((error: unknown) => error)
    await clock.advance(20)
    stop()
    const error = await failed
    expect(error).toBeInstanceOf(AppError)
    expect([error, ...told.mock.calls.flat()].map((each) => inspect(each)).join()).not.toContain('ada@')
  })

  test.each<[unknown, string]>([
    [4711, '"a number"'],
    [4711n, '"a bigint"'],
    [undefined, 'undefined'],
    [null, 'null'],
    [[4711], 'an array of 1'],
  ])('nor a key that is no text: %s', async (key, shown) => {
    const message = `key must be a text without lone surrogates, received ${shown}.`
    await expect(cache.get(never(key))).rejects.toThrow(message)
  })
})
