import { describe, expectTypeOf, test } from 'vitest'
import { type CacheStore, memoryCacheStore } from '../store/index.js'
import { createCache, type EntryOptions, type LoadContext, type WarmUpResult } from './index.js'

const cache = createCache({ layers: [memoryCacheStore()] })

describe('Cache', () => {
  test('a value has the type of its loader', () => {
    expectTypeOf(cache.getOrSet('a', () => 1)).toEqualTypeOf<Promise<number>>()
    expectTypeOf(cache.getOrSet('a', async () => ({ id: 1 }))).toEqualTypeOf<Promise<{ id: number }>>()
    expectTypeOf(cache.getOrSet('a', async ({ signal }) => signal.aborted)).toEqualTypeOf<Promise<boolean>>()
    cache.getOrSet('a', (context) => {
      expectTypeOf(context).toEqualTypeOf<LoadContext>()
      return 1
    })
    const load = (context: LoadContext<Date>) => context.previous?.value ?? new Date()
    expectTypeOf(cache.getOrSet('a', load)).toEqualTypeOf<Promise<Date>>()
    const generic = <T>(read: () => Promise<T>): Promise<T> => cache.getOrSet('a', () => read())
    expectTypeOf(generic(async () => 1)).toEqualTypeOf<Promise<number>>()
    cache.getOrSet<string>('a', (context) => {
      expectTypeOf(context).toEqualTypeOf<LoadContext<string>>()
      expectTypeOf(context.previous).toEqualTypeOf<{ readonly value: string } | undefined>()
      return 'a'
    })
  })

  test('a signal may be missing', () => {
    const load = (signal?: AbortSignal) => cache.getOrSet('a', () => 1, { signal })
    expectTypeOf(load()).toEqualTypeOf<Promise<number>>()
  })

  test('what is read may be missing', () => {
    expectTypeOf(cache.get<number>('a')).toEqualTypeOf<Promise<number | undefined>>()
    expectTypeOf(cache.get('a')).toEqualTypeOf<Promise<unknown>>()
    expectTypeOf(cache.getMany<number>(['a'])).toEqualTypeOf<Promise<(number | undefined)[]>>()
  })

  test('a cached function has the signature of the function', () => {
    async function find(id: number, options?: { readonly deep: boolean }): Promise<{ id: number } | null> {
      return options?.deep === true ? null : { id }
    }
    const cached = cache.cached(find, {
      tags: (id) => [`item:${id}`],
      key: (id, options) => `${id} ${options?.deep}`,
    })
    expectTypeOf<Parameters<typeof cached>>().toEqualTypeOf<Parameters<typeof find>>()
    expectTypeOf(cached).returns.toEqualTypeOf<Promise<{ id: number } | null>>()
    expectTypeOf<Parameters<typeof cached.invalidate>>().toEqualTypeOf<Parameters<typeof find>>()
    // @ts-expect-error: an id is a number
    cached('1')
  })

  test('a cached function keeps its `this`', () => {
    const find = cache.cached(async function find(this: { base: number }, id: number) {
      return this.base + id
    })
    expectTypeOf<ThisParameterType<typeof find>>().toEqualTypeOf<{ base: number }>()
    const prices = { base: 1, find }
    expectTypeOf(prices.find(1)).toEqualTypeOf<Promise<number>>()
    // @ts-expect-error: it is called on something with a base
    find(1)
    const generic = <T>(read: (id: number) => Promise<T>) => cache.cached(read)(1)
    expectTypeOf(generic(async () => 'a')).toEqualTypeOf<Promise<string>>()
  })

  test('options that may be missing may be undefined', () => {
    const options = undefined as EntryOptions | undefined
    expectTypeOf(cache.setMany([['a', 1, options]])).toEqualTypeOf<Promise<void>>()
    expectTypeOf(cache.warmUp(['a'], () => 1, { concurrency: undefined })).toEqualTypeOf<
      Promise<WarmUpResult>
    >()
  })

  test('events have their payloads, and no others', () => {
    cache.on('hit', ({ key, namespace }) => {
      expectTypeOf([key, namespace]).toEqualTypeOf<string[]>()
    })
    cache.on('error', ({ error }) => expectTypeOf(error).toBeUnknown())
    // @ts-expect-error: there is no such event
    cache.on('hits', () => {})
  })

  test('layers may keep bytes or objects', () => {
    const bytes = null as unknown as CacheStore<Uint8Array>
    createCache({ layers: [memoryCacheStore(), bytes] })
    // @ts-expect-error: a duration has a unit
    createCache({ layers: [bytes], ttl: '5' })
  })
})
