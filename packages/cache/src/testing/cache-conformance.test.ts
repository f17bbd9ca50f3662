import { TestClock } from '@base/core/testing'
import { describe, expect, test } from 'vitest'
import { type Cache, createCache, type LoadContext, type LoadOptions } from '../cache/index.js'
import { memoryCacheStore } from '../store/index.js'
import { cacheConformance } from './index.js'

type Twin = (cache: Cache) => Partial<Cache>

/** Runs the suite on a cache in which some methods are others, and returns the laws that it breaks. */
async function broken(twin: Twin): Promise<string[]> {
  const laws: [string, () => Promise<void>][] = []
  cacheConformance(
    () => {
      const clock = new TestClock()
      const cache = createCache({ layers: [memoryCacheStore({ clock })], jitter: [0, 0], clock })
      return { subject: wrapped(cache, twin), advance: (d) => clock.advance(d), dispose: () => cache.close() }
    },
    { test: (name, fn) => laws.push([name, fn]) },
  )
  const failed: string[] = []
  for (const [name, prove] of laws) await prove().catch(() => failed.push(lawOf(name)))
  return failed
}

function wrapped(cache: Cache, twin: Twin): Cache {
  const others: Partial<Cache> = { namespace: (name) => wrapped(cache.namespace(name), twin), ...twin(cache) }
  return new Proxy(cache, {
    get: (_, name) => {
      const method = others[name as keyof Cache] ?? cache[name as keyof Cache]
      return typeof method === 'function' ? method.bind(cache) : method
    },
  })
}

function lawOf(name: string): string {
  return name.replace('Cache: ', '')
}

type Load = (key: string, load: (context: LoadContext) => unknown, options?: LoadOptions) => Promise<unknown>

function loading(load: Load): Partial<Cache> {
  return { getOrSet: load as Cache['getOrSet'] }
}

const deaf = async () => {}

/** Loads, and then writes whatever happened meanwhile. */
const resurrecting: Twin = (cache) =>
  loading(async (key, load, options) => {
    const value = await cache.getOrSet(key, load, options)
    await cache.set(key, value, options)
    return value
  })

const twins: readonly (readonly [law: string, twin: Twin])[] = [
  [
    'a value comes back equal, of the same types',
    (cache) => ({ get: async (key) => JSON.parse(JSON.stringify(await cache.get(key), textOfBigint)) }),
  ],
  [
    'undefined and null are values',
    (cache) => ({ has: async (key) => (await cache.get(key)) !== undefined }),
  ],
  [
    'undefined and null that were loaded are not loaded again',
    (cache) =>
      loading(
        async (key, load, options) =>
          (await cache.get(key)) ?? cache.getOrSet(`new:${key}`, load, { ...options, ttl: 0 }),
      ),
  ],
  [
    'a value is fresh for its ttl',
    (cache) => ({ set: (key, value, options) => cache.set(key, value, { ...options, ttl: '1m' }) }),
  ],
  [
    'a ttl of 0 stores nothing, and what was there goes',
    (cache) => ({
      set: (key, value, options) => cache.set(key, value, options?.ttl === 0 ? { ttl: '1m' } : options),
    }),
  ],
  [
    'of several each has its own options, and each is deleted',
    (cache) => ({ deleteMany: async ([first]) => (first === undefined ? undefined : cache.delete(first)) }),
  ],
  [
    'nobody changes what others get',
    (cache) => {
      const given = new Map<string, unknown>()
      return {
        set: async (key, value, options) => {
          given.set(key, value)
          await cache.set(key, value, options)
        },
        get: async (key) => given.get(key) as never,
      }
    },
  ],
  [
    'nobody changes what others get of a load',
    () => {
      const given = new Map<string, unknown>()
      return {
        getOrSet: async (key: string, load: (context: never) => unknown) => {
          given.set(key, given.get(key) ?? (await load(undefined as never)))
          return given.get(key) as never
        },
        get: async (key) => given.get(key) as never,
      }
    },
  ],
  [
    'a crowd at a cold key is one load',
    (cache) => {
      let calls = 0
      return loading((key, load, options) => cache.getOrSet(`${key}${calls++}`, load, options))
    },
  ],
  [
    'a load that fails fails its crowd, once, and is not remembered',
    (cache) => {
      const failed = new Map<string, Promise<unknown>>()
      return loading((key, load, options) => {
        const before = failed.get(key)
        if (before !== undefined) return before
        const value = cache.getOrSet(key, load, options)
        value.catch(() => failed.set(key, value))
        return value
      })
    },
  ],
  ['a deletion wins over a load that began before', resurrecting],
  ['the invalidation of its tag wins over a load that began before', resurrecting],
  ['a pattern wins over a load that began before', resurrecting],
  ['a clearing wins over a load that began before', resurrecting],
  ['a set wins over a load that began before', resurrecting],
  [
    'who gives up leaves the load to the others, and the last one ends it',
    (cache) => loading((key, load, options) => withSignal(cache.getOrSet(key, load), options?.signal)),
  ],
  [
    'a load says by which tags it is kept, for how long, and whether at all',
    (cache) =>
      loading((key, load, options) =>
        cache.getOrSet(key, (context) => load({ ...context, skip: () => {} }), options),
      ),
  ],
  ['a tag invalidates what has it, and what is set after is valid', () => ({ deleteByTag: deaf })],
  ['namespaces do not know each other, and clear only what is theirs', () => ({ clear: deaf })],
  [
    'a pattern stays within its namespace',
    (cache) => ({
      deleteByPattern: async (pattern) => {
        await cache.deleteByPattern(pattern)
        await cache.namespace('users').deleteByPattern(pattern)
      },
    }),
  ],
]

/** Gives up the wait, and not the work. */
function withSignal<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return Promise.race([
    promise,
    new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
  ])
}

function textOfBigint(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value
}

describe('cacheConformance', () => {
  test('accepts a cache', async () => {
    expect(await broken(() => ({}))).toEqual([])
  })

  test.each(twins)('finds who breaks: %s', async (law, twin) => {
    expect(await broken(twin)).toContain(law)
  })

  test('has a broken twin for each law', () => {
    const all: string[] = []
    cacheConformance(() => Promise.reject(new Error('never')), { test: (name) => all.push(lawOf(name)) })
    expect(twins.map(([law]) => law)).toEqual(all)
  })
})
