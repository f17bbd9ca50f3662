import { describe, expect, test } from 'vitest'
import { brokenLaws, NOW, type StoreTwin, withEntries } from './broken.fixture.js'
import { forgetful, forgettingMarks } from './forgetful.fixture.js'
import { cacheStoreConformance } from './index.js'

describe('cacheStoreConformance', () => {
  test('accepts a store', async () => {
    expect(await brokenLaws((store) => store)).toEqual([])
    expect(await brokenLaws((store) => ({ ...store }))).toEqual([])
  })

  const twins: readonly (readonly [law: string, twin: StoreTwin])[] = [
    [
      'an entry comes back as it was written, under its key only',
      withEntries((entry) => ({ ...entry, tags: [] })),
    ],
    [
      'any text is a key and a tag',
      (store) => ({ ...store, set: async (key, ...rest) => key !== '__proto__' && store.set(key, ...rest) }),
    ],
    [
      'an entry without an end stays',
      withEntries((entry) => ({ ...entry, expiresAt: Math.min(entry.expiresAt, 2 ** 52) })),
    ],
    [
      'an entry is there until staleUntil, and gone then',
      withEntries((entry) => (entry.expiresAt > NOW + 6_000 ? entry : undefined)),
    ],
    [
      'an entry is gone at staleUntil itself',
      (store) => ({
        ...store,
        set: (key, entry, options) => {
          // What tells the clock ends at once.
          const isStale = entry.staleUntil > entry.expiresAt
          return store.set(key, { ...entry, staleUntil: entry.staleUntil + Number(isStale) }, options)
        },
      }),
    ],
    ['several are written at once', (store) => ({ ...store, setMany: async (all) => all.map(() => true) })],
    [
      'several that are written at once have tags of their own',
      (store) => ({
        ...store,
        setMany: (all, ...rest) =>
          store.setMany(
            all.map(([key, entry]) => [key, { ...entry, tags: [] }]),
            ...rest,
          ),
      }),
    ],
    [
      'an entry that is written anew has its new tags alone',
      (store) => {
        const first = new Map<string, readonly string[]>()
        return {
          ...store,
          set: (key, entry, ...rest) => {
            const tags = first.get(key) ?? entry.tags
            first.set(key, tags)
            return store.set(key, { ...entry, tags }, ...rest)
          },
        }
      },
    ],
    ['what is deleted is gone', (store) => ({ ...store, delete: async () => 1n })],
    [
      'an entry that is set without a condition is written in any case',
      (store) => ({
        ...store,
        set: (key, entry, options = { unlessDeletedSince: 0n }) => store.set(key, entry, options),
      }),
    ],
    [
      'a load that began before a deletion is not written, one that begins after is',
      (store) => ({ ...store, set: (key, entry) => store.set(key, entry) }),
    ],
    [
      'a deletion of several refuses the loads of each, whether it was there or not',
      (store) => ({
        ...store,
        // The others only lose what they have.
        delete: async ([first = '', ...others]) => {
          const version = await store.delete([first])
          const { entries } = await store.getMany(others, [])
          for (const [place, entry] of entries.entries()) {
            const ended = entry && { ...entry, expiresAt: 0, staleUntil: 0 }
            if (ended) await store.set(others[place] as string, ended, { unlessDeletedSince: version })
          }
          return version
        },
      }),
    ],
    [
      'a deletion refuses no load of another key',
      (store) => ({
        ...store,
        delete: async (keys) => {
          await store.clear()
          return store.delete(keys)
        },
      }),
    ],
    ['the same holds for several at once', (store) => ({ ...store, setMany: (all) => store.setMany(all) })],
    [
      'a load that begins right after a change is written',
      (store) => {
        let deleted = 0n
        return {
          ...store,
          delete: async (keys) => {
            deleted = await store.delete(keys)
            return deleted
          },
          set: async (key, entry, options) =>
            (options?.unlessDeletedSince ?? deleted + 1n) > deleted && store.set(key, entry, options),
        }
      },
    ],
    [
      'a load does not overwrite what was set after it began',
      (store) => ({ ...store, set: (key, entry) => store.set(key, entry) }),
    ],
    [
      'nor what several were set to at once',
      (store) => ({
        ...store,
        setMany: async (all, options) => {
          const { version } = await store.getMany([], [])
          const written = await store.setMany(all, options ?? { unlessDeletedSince: version })
          return options === undefined ? all.map(() => true) : written
        },
      }),
    ],
    [
      'an entry that has ended takes away what it is not older than, and nothing else',
      (store) => ({
        ...store,
        setMany: async (entries, options) =>
          entries.some(([, { staleUntil }]) => staleUntil === 0) ? [] : store.setMany(entries, options),
      }),
    ],
    [
      'a load that began before a deletion or a clearing is refused, however late it comes',
      forgetful(({ at }, now) => now - at >= 5_000),
    ],
    ['and however much is deleted meanwhile', forgetful(({ later }) => later >= 1_000)],
    ['and whatever has been written and has ended meanwhile', forgetful(({ until }, now) => until <= now)],
    [
      'a mark stays, after a clearing and however much later',
      forgettingMarks((store, marks) => ({
        clear: async () => {
          marks.clear()
          await store.clear()
        },
      })),
    ],
    [
      'a tag without a bump has the mark 0, one with it a mark above older entries',
      (store) => ({ ...store, bumpTags: async () => {} }),
    ],
    [
      'several tags are marked at once',
      (store) => ({ ...store, bumpTags: (tags) => store.bumpTags(tags.slice(0, 1)) }),
    ],
    [
      'marks are given without keys',
      (store) => ({
        ...store,
        getMany: async (keys, tags, options) => {
          const read = await store.getMany(keys, tags, options)
          return keys.length > 0 ? read : { ...read, marks: tags.map(() => 0n) }
        },
      }),
    ],
    [
      'a bump refuses no load without the tag',
      (store) => {
        let bumped = 0n
        return {
          ...store,
          bumpTags: async (tags) => {
            await store.bumpTags(tags)
            bumped = (await store.getMany([], [])).version ?? 0n
          },
          set: async (key, entry, options) => {
            const { unlessDeletedSince: since = bumped } = options ?? {}
            return since >= bumped && store.set(key, entry, options)
          },
        }
      },
    ],
    [
      'what is set after a bump is valid, at once',
      withEntries((entry) => ({ ...entry, version: entry.version - 2n })),
    ],
    [
      'a load has the version at which it began, so that a bump meanwhile makes it invalid',
      (store) => ({ ...store, set: (key, entry) => store.set(key, entry) }),
    ],
    [
      'only the star is special in a pattern',
      (store) => ({
        ...store,
        async *scan(pattern) {
          for await (const key of store.scan('*')) {
            if (new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(key)) yield key
          }
        },
      }),
    ],
    [
      'a star stands for any text, line breaks and all',
      (store) => ({
        ...store,
        async *scan(pattern) {
          const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`)
          for await (const key of store.scan('*')) if (expression.test(key)) yield key
        },
      }),
    ],
    [
      'a scan finds all keys, however many',
      (store) => ({
        ...store,
        async *scan(pattern, options) {
          let found = 0
          for await (const key of store.scan(pattern, options)) {
            if (++found > 1_000) return
            yield key
          }
        },
      }),
    ],
    [
      'a scan ends with the reason of a signal that aborts meanwhile',
      (store) => ({
        ...store,
        async *scan(pattern, options) {
          options?.signal?.throwIfAborted()
          for await (const key of store.scan(pattern)) {
            if (options?.signal?.aborted) return
            yield key
          }
        },
      }),
    ],
    [
      'after a clearing nothing is left, and loads that began before it are refused',
      (store) => ({
        ...store,
        clear: async () => {
          for await (const key of store.scan('*')) await store.delete([key])
        },
      }),
    ],
    [
      'the version only grows',
      (store) => ({
        ...store,
        getMany: async (...args) => ({ ...(await store.getMany(...args)), version: 1n }),
      }),
    ],
    [
      'an aborted signal reads nothing',
      (store) => ({ ...store, getMany: (keys, tags) => store.getMany(keys, tags) }),
    ],
    [
      'it closes as often as it is asked to',
      (store) => {
        let closed = false
        return {
          ...store,
          close: async () => {
            if (closed) throw new Error('closed')
            closed = true
          },
        }
      },
    ],
  ]

  test.each(twins)('finds who breaks: %s', async (law, twin) => {
    expect(await brokenLaws(twin)).toContain(law)
  })

  test('has a broken twin for each law', async () => {
    const all: string[] = []
    cacheStoreConformance(() => Promise.reject(new Error('never')), {
      test: (name) => all.push(name.replace('CacheStore: ', '')),
    })
    expect(twins.map(([law]) => law)).toEqual(all)
  })
})
