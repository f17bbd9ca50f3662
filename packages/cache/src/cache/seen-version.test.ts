import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test } from 'vitest'
import { type CacheStore, memoryCacheStore } from '../store/index.js'
import { createCache } from './index.js'

/** A store that tells no version when it is read. */
function silent(shared: CacheStore): CacheStore {
  return {
    ...shared,
    getMany: async (keys, tags, options) => {
      const { entries, marks } = await shared.getMany(keys, tags, options)
      return { entries, marks }
    },
  }
}

/** Reads one key after the other, and waits between them. */
function oneByOne(shared: CacheStore, pause: () => Promise<unknown>): CacheStore {
  return {
    ...silent(shared),
    getMany: async (keys, tags) => {
      const entries = []
      for (const [place, key] of keys.entries()) {
        if (place > 0) await pause()
        entries.push((await shared.getMany([key], [])).entries[0])
      }
      const { marks } = await shared.getMany([], tags)
      return { entries, marks }
    },
  }
}

function overSilent() {
  const shared = memoryCacheStore()
  const cache = createCache({ layers: [silent(shared)] })
  let loads = 0
  const load = () => cache.getOrSet('k', () => ++loads, { tags: ['t'] })
  return { shared, cache, load }
}

describe('a store that tells no version', () => {
  test('keeps what was loaded, also after a deletion and an invalidation by this cache', async () => {
    const { cache, load } = overSilent()
    expect([await load(), await load()]).toEqual([1, 1])
    await cache.delete('k')
    expect([await load(), await load()]).toEqual([2, 2])
    await cache.deleteByTag('t')
    expect([await load(), await load()]).toEqual([3, 3])
  })

  test('keeps no load that began before another deleted the key', async () => {
    const { shared, cache } = overSilent()
    const [loading, loaded] = [deferred(), deferred()]
    const late = cache.getOrSet('k', async () => {
      loading.resolve()
      await loaded.promise
      return 'old'
    })
    await loading.promise
    await shared.delete(['k'])
    loaded.resolve()
    expect(await late).toBe('old')
    expect(await cache.get('k')).toBeUndefined()
  })

  test('is not filled with what was deleted while it read its keys one by one', async () => {
    const [near, far] = [memoryCacheStore(), memoryCacheStore()]
    await createCache({ layers: [{ ...far }] }).set('k', 'old')
    const slow = oneByOne(near, async () => {
      await near.delete(['k'])
      await createCache({ layers: [{ ...near }] }).set('l', 'new')
    })
    const cache = createCache({ layers: [slow, { ...far }] })
    expect(await cache.getMany(['k', 'l'])).toEqual(['old', 'new'])
    expect((await near.getMany(['k'], [])).entries).toEqual([undefined])
  })

  test('is filled with what is found below it', async () => {
    const [near, far] = [memoryCacheStore(), memoryCacheStore()]
    await createCache({ layers: [{ ...far }] }).set('k', 'value')
    const cache = createCache({ layers: [silent(near), { ...far }] })
    expect(await cache.get('k')).toBe('value')
    expect((await near.getMany(['k'], [])).entries).toMatchObject([{ value: 'value' }])
  })

  test('is taken for no newer than it was when it was asked', async () => {
    const store = silent(memoryCacheStore())
    const [asked, answer] = [deferred(), deferred()]
    const since: unknown[] = []
    const slow: CacheStore = {
      ...store,
      getMany: async (...args) => {
        const read = await store.getMany(...args)
        asked.resolve()
        await answer.promise
        return read
      },
      set: (key, entry, options) => {
        since.push(options?.unlessDeletedSince)
        return store.set(key, entry, options)
      },
    }
    const cache = createCache({ layers: [slow] })
    const load = cache.getOrSet('k', () => 1)
    await asked.promise
    await cache.delete('other')
    answer.resolve()
    await load
    expect(since).toEqual([0n])
  })
})
