import { TestClock } from '@base/core/testing'
import { deferred } from '@base-internal/tools/deferred'
import { describe, expect, test, vi } from 'vitest'
import { type CacheStore, memoryCacheStore, type NewEntry } from '../store/index.js'
import { createCache } from './index.js'

/** A store that knows nothing of tags but their marks, as a server: what is invalid stays until it is freed. */
function server(clock: TestClock): CacheStore {
  const memory = memoryCacheStore({ clock })
  const packed = ({ value, tags, ...times }: NewEntry): NewEntry => ({
    ...times,
    value: { value, tags },
    tags: [],
  })
  return {
    ...memory,
    getMany: async (...args) => {
      const read = await memory.getMany(...args)
      return {
        ...read,
        entries: read.entries.map((entry) => entry && { ...entry, ...(entry.value as NewEntry) }),
      }
    },
    set: (key, entry, options) => memory.set(key, packed(entry), options),
    setMany: (entries, options) =>
      memory.setMany(
        entries.map(([key, entry]) => [key, packed(entry)]),
        options,
      ),
  }
}

/** Caches over a store of which a test replaces parts. */
function over(change: (store: CacheStore) => Partial<CacheStore> = () => ({})) {
  const clock = new TestClock()
  const shared = server(clock)
  const store: CacheStore = { ...shared, ...change(shared) }
  const node = (...layers: CacheStore[]) =>
    createCache({ layers: [...layers, store], ttl: '1h', jitter: [0, 0], clock })
  /** What takes room, valid or not. */
  const held = async () => {
    const keys: string[] = []
    for await (const key of shared.scan('*')) keys.push(key)
    return keys.sort()
  }
  return { clock, shared, node, held }
}

/** A store whose looks through the keys wait, each until it is let go. */
function gated(more: (store: CacheStore) => Partial<CacheStore> = () => ({})) {
  const looks: { readonly pattern: string; go(): void }[] = []
  const of = over((store) => ({
    async *scan(pattern, options) {
      const gate = deferred()
      looks.push({ pattern, go: gate.resolve })
      await gate.promise
      yield* store.scan(pattern, options)
    },
    ...more(store),
  }))
  return { ...of, looks }
}

/** A store that gives these keys, and never tells of the end. */
const endless = (...keys: string[]): Partial<CacheStore> => ({
  async *scan() {
    yield* keys
    await new Promise(() => {})
  },
})

describe('the room of a namespace that is cleared', () => {
  test('is freed, also of a store of bytes, of those within it, and of no others', async () => {
    const values: unknown[] = []
    const { clock, node, held } = over((store) => ({
      encoding: 'bytes',
      setMany: (entries, options) => {
        for (const [, { value }] of entries) values.push(value)
        return store.setMany(entries, options)
      },
    }))
    const cache = node()
    await cache.namespace('n').set('k', 1)
    await cache.namespace('n').namespace('inner').set('k', 1)
    await cache.namespace('nn').set('k', 1)
    await cache.set('k', 1)
    await cache.namespace('n').clear()
    await clock.advance(0)
    expect(await held()).toEqual([':nn::k', 'k'])
    expect(values).toEqual([new Uint8Array(), new Uint8Array()])
  })

  test('is freed of objects too, each time it is cleared', async () => {
    const { clock, node, held } = over()
    const cache = node().namespace('n')
    for (const key of ['first', 'second']) {
      await cache.set(key, 1)
      await cache.clear()
      await clock.advance(0)
      expect(await held()).toEqual([])
    }
  })

  test('is freed once more where it is cleared again meanwhile', async () => {
    const { clock, node, held, looks } = gated()
    const cache = node().namespace('n')
    await cache.set('a', 1)
    await cache.clear()
    await clock.advance(0)
    await cache.set('b', 1)
    await cache.clear()
    looks[0]?.go()
    await clock.advance(0)
    expect(await held()).toEqual([':n::b'])
    looks[1]?.go()
    await clock.advance(0)
    expect(await held()).toEqual([])
  })

  test('is not that of what was loaded, or set, since', async () => {
    const { clock, node, held, looks } = gated()
    const cache = node().namespace('n')
    await cache.setMany(['loaded', 'set', 'old'].map((key) => [key, 'before']))
    await cache.clear()
    await cache.getOrSet('loaded', () => 'after')
    await cache.set('set', 'after')
    looks[0]?.go()
    await clock.advance(0)
    expect(await held()).toEqual([':n::loaded', ':n::set'])
  })

  test('costs no write where there is none, and no read where nothing was written since', async () => {
    const calls: (readonly [name: string, count: number])[] = []
    const { clock, node } = over((store) => ({
      getMany: (keys, ...args) => {
        calls.push(['read', keys.length])
        return store.getMany(keys, ...args)
      },
      setMany: (entries, ...args) => {
        calls.push(['write', entries.length])
        return store.setMany(entries, ...args)
      },
    }))
    const cache = node().namespace('n')
    const told = async (change: () => Promise<unknown>) => {
      await change()
      calls.length = 0
      await cache.clear()
      await clock.advance(0)
      return [...calls]
    }
    const mark = ['read', 0]
    expect(await told(async () => {})).toEqual([mark])
    expect(await told(() => cache.set('k', 1))).toEqual([mark, ['write', 1]])
    calls.length = 0
    const clearing = cache.clear()
    await cache.set('since', 1)
    await clearing
    await clock.advance(0)
    expect(calls).toEqual([mark, ['write', 1], ['read', 1]])
  })

  test.each<[string, (store: CacheStore) => Partial<CacheStore>]>([
    ['does not write', () => ({ setMany: () => Promise.reject(new Error('away')) })],
    [
      'refuses, and does not say what it has',
      (store) => ({
        setMany: async (entries) => entries.map(() => false),
        getMany: (keys, ...args) =>
          keys.length > 0 ? Promise.reject(new Error('away')) : store.getMany(keys, ...args),
      }),
    ],
  ])('is left as it is where the store %s, and not tried again for more of it', async (_, change) => {
    let writes = 0
    const { clock, shared, node } = over((store) => {
      const changed = change(store)
      return {
        ...changed,
        setMany: (...args) => {
          writes++
          return (changed.setMany ?? store.setMany)(...args)
        },
      }
    })
    const heard = vi.fn()
    const cache = node()
    cache.on('error', heard)
    for (let id = 0; id < 501; id++)
      await shared.set(`:n::${id}`, { value: 1, expiresAt: Infinity, staleUntil: Infinity, tags: [] })
    await cache.namespace('n').clear()
    await clock.advance(0)
    expect([writes, heard.mock.calls]).toEqual([1, [[{ error: new Error('away'), source: 'layer' }]]])
  })

  describe('where the store has forgotten a deletion since, and so refuses what is older', () => {
    /** A namespace in which `old` was not written since its clearing, with a look that waits. */
    async function forgetful(change: (store: CacheStore) => Partial<CacheStore> = () => ({})) {
      const of = gated(change)
      const cache = of.node().namespace('n')
      await cache.setMany(['loaded', 'set', 'old'].map((key) => [key, 'before']))
      await cache.clear()
      await cache.getOrSet('loaded', () => 'after')
      await cache.set('set', 'after')
      await of.shared.delete(['a'])
      await of.clock.advance('61s')
      // It forgets two for each that it has to remember.
      await of.shared.delete(['b', 'c', 'd', 'e'])
      return { ...of, cache }
    }

    test('is freed, and nothing of what was loaded, or set, since is lost', async () => {
      const { clock, cache, held, looks } = await forgetful()
      looks[0]?.go()
      await clock.advance(0)
      expect(await held()).toEqual([':n::loaded', ':n::set'])
      expect(await cache.getMany(['loaded', 'set', 'old'])).toEqual(['after', 'after', undefined])
    })

    const versionless = (store: CacheStore): Partial<CacheStore> => ({
      getMany: async (...args) => {
        const { entries, marks } = await store.getMany(...args)
        return { entries, marks }
      },
    })

    test('is freed once its version is known, where it does not tell that with what is read', async () => {
      const left: string[][] = []
      for (const isKnown of [false, true]) {
        const { clock, cache, held, looks } = await forgetful(versionless)
        if (isKnown) await cache.delete('other')
        looks[0]?.go()
        await clock.advance(0)
        left.push(await held())
      }
      expect(left).toEqual([
        [':n::loaded', ':n::old', ':n::set'],
        [':n::loaded', ':n::set'],
      ])
    })

    test.each<[string, (store: CacheStore) => CacheStore]>([
      ['tells', (store) => store],
      ['does not tell', (store) => ({ ...store, ...versionless(store) })],
    ])('is not that of what is set while it is looked at, and the store %s its version', async (_, as) => {
      let meanwhile: (() => Promise<unknown>) | undefined
      const { clock, cache, held, looks } = await forgetful((store) => ({
        getMany: async (keys, ...args) => {
          const read = await as(store).getMany(keys, ...args)
          if (keys.includes(':n::old')) await meanwhile?.()
          return read
        },
      }))
      await cache.delete('other')
      meanwhile = async () => {
        await cache.set('old', 'after')
        await cache.delete('other')
      }
      looks[0]?.go()
      await clock.advance(0)
      expect(await held()).toEqual([':n::loaded', ':n::old', ':n::set'])
    })
  })

  test('is freed as well where the store hears of the clearing later', async () => {
    let isDown = true
    const { clock, node, held } = over((store) => ({
      bumpTags: (tags) => (isDown ? Promise.reject(new Error('away')) : store.bumpTags(tags)),
    }))
    const cache = node(memoryCacheStore())
    await cache.namespace('n').set('k', 1)
    await cache.set('k', 1)
    await cache.namespace('n').clear()
    isDown = false
    await clock.advance('1s')
    expect(await held()).toEqual(['k'])
  })

  test('is not that of the whole store where it hears of that later, for more was written since', async () => {
    let isDown = true
    const { clock, shared, node, held } = over((store) => ({
      bumpTags: (tags) => (isDown ? Promise.reject(new Error('away')) : store.bumpTags(tags)),
    }))
    const cache = node()
    await cache.set('old', 1)
    await cache.clear()
    isDown = false
    await createCache({ layers: [{ ...shared }], clock }).set('new', 1)
    await clock.advance('1s')
    expect(await held()).toEqual(['new', 'old'])
  })

  test('keeps no process alive while it is looked for', async () => {
    const { clock, node } = over(() => endless())
    await node().namespace('n').clear()
    await clock.advance(0)
    expect(clock.pending).toBe(0)
  })
})

test('a deletion by a pattern, which is waited for, keeps the process alive', async () => {
  const { clock, node } = over(() => endless())
  const deletion = node().deleteByPattern('*')
  await clock.advance(0)
  expect(clock.pending).toBe(1)
  await clock.runAll()
  await deletion
})

describe('a cache that is closed', () => {
  test('looks for the room of no further namespace', async () => {
    const asked = vi.fn()
    const { clock, node } = over((store) => ({
      ...endless(),
      getMany: (keys, tags, options) => {
        asked(tags)
        return store.getMany(keys, tags, options)
      },
    }))
    const cache = node()
    await cache.namespace('a').clear()
    await cache.namespace('b').clear()
    await clock.advance(0)
    await cache.close()
    expect(asked.mock.calls).toEqual([[['c:a']]])
  })

  test('frees nothing of what it has found', async () => {
    const written = vi.fn()
    const { clock, node } = over(() => ({ ...endless(':n::k'), setMany: written }))
    const cache = node()
    await cache.namespace('n').clear()
    await clock.advance(0)
    await cache.close()
    expect(written).not.toHaveBeenCalled()
  })

  test('closes its layer only when what is being freed is', async () => {
    const steps: string[] = []
    const gate = deferred()
    const { clock, node } = over((store) => ({
      setMany: async (...args) => {
        await gate.promise
        steps.push('freed')
        return store.setMany(...args)
      },
      close: async () => {
        steps.push('closed')
      },
    }))
    const cache = node()
    await cache.namespace('n').set('k', 1)
    await cache.namespace('n').clear()
    await clock.advance(0)
    const closing = cache.close()
    await clock.advance(0)
    gate.resolve()
    await closing
    expect(steps).toEqual(['freed', 'closed'])
  })
})
