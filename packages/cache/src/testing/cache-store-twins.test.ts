import { describe, expect, test } from 'vitest'
import { brokenLaws, type StoreTwin, withEntries } from './broken.fixture.js'
import { forgettingMarks } from './forgetful.fixture.js'

const renamed =
  (rename: (name: string) => string): StoreTwin =>
  (store) => ({
    ...store,
    getMany: (keys, tags, options) => store.getMany(keys.map(rename), tags, options),
    set: (key, ...rest) => store.set(rename(key), ...rest),
    delete: (keys) => store.delete(keys.map(rename)),
  })

/** Beside those that break each law as a whole: what breaks a part of one. */
const twins: readonly (readonly [what: string, law: string, twin: StoreTwin])[] = [
  [
    'whose marks end with time',
    'a mark stays, after a clearing and however much later',
    (store, clock) =>
      forgettingMarks(({ bumpTags }, marks) => ({
        bumpTags: async (tags) => {
          await bumpTags(tags)
          const { version = 0n } = await store.getMany([], [])
          for (const tag of tags) marks.set(tag, version)
          clock.schedule(5_000, () => marks.clear())
        },
      }))(store, clock),
  ],
  [
    'that forgets a clearing early',
    'a load that began before a deletion or a clearing is refused, however late it comes',
    (store, clock) => {
      let clearedAt = Number.POSITIVE_INFINITY
      return {
        ...store,
        clear: async () => {
          clearedAt = clock.now()
          await store.clear()
        },
        set: (key, entry, options) =>
          store.set(key, entry, clock.now() - clearedAt >= 5_000 ? undefined : options),
      }
    },
  ],
  [
    'whose setMany does not know of clearings',
    'after a clearing nothing is left, and loads that began before it are refused',
    (store) => {
      let cleared = 0n
      return {
        ...store,
        clear: async () => {
          await store.clear()
          cleared = (await store.getMany([], [])).version ?? 0n
        },
        setMany: (entries, options) =>
          store.setMany(entries, (options?.unlessDeletedSince ?? 0n) < cleared ? undefined : options),
      }
    },
  ],
  [
    'whose scan looks at the signal only where it begins',
    'a scan ends with the reason of a signal that aborts meanwhile',
    (store) => ({
      ...store,
      async *scan(pattern, options) {
        options?.signal?.throwIfAborted()
        yield* store.scan(pattern)
      },
    }),
  ],
  [
    'whose scan hears no signal',
    'an aborted signal reads nothing',
    (store) => ({ ...store, scan: (pattern) => store.scan(pattern) }),
  ],
  [
    'that leaves what is there where an entry is set that has ended',
    'an entry that has ended takes away what it is not older than, and nothing else',
    (store, clock) => ({
      ...store,
      set: async (key, entry, options) =>
        entry.staleUntil <= clock.now() && key !== 'clock' ? true : store.set(key, entry, options),
    }),
  ],
  [
    'that says of an entry that has ended that something newer is known',
    'an entry that has ended takes away what it is not older than, and nothing else',
    (store, clock) => ({
      ...store,
      set: async (key, entry, options) =>
        (await store.set(key, entry, options)) && entry.staleUntil > clock.now(),
    }),
  ],
  [
    'that says so of several',
    'an entry that has ended takes away what it is not older than, and nothing else',
    (store, clock) => ({
      ...store,
      setMany: async (entries, options) =>
        (await store.setMany(entries, options)).map(
          (isWritten, place) => isWritten && (entries[place]?.[1].staleUntil ?? 0) > clock.now(),
        ),
    }),
  ],
  [
    'that ends what is kept for ever',
    'an entry without an end stays',
    withEntries((entry) => ({
      ...entry,
      staleUntil: Math.min(entry.staleUntil, 2 ** 52),
    })),
  ],
  [
    'that does not say when bytes were made',
    'an entry comes back as it was written, under its key only',
    (store, clock) => ({
      ...withEntries(({ createdAt: _, ...entry }) => entry)(store, clock),
      encoding: 'bytes',
    }),
  ],
  [
    'that does not tell large letters from small ones',
    'only the star is special in a pattern',
    renamed((key) => key.toLowerCase()),
  ],
  ['that normalizes keys', 'any text is a key and a tag', renamed((key) => key.normalize())],
  [
    'that trims tags',
    'any text is a key and a tag',
    withEntries((entry) => ({
      ...entry,
      tags: entry.tags.map((tag) => tag.trim()),
    })),
  ],
  [
    'that cannot mark some tags',
    'any text is a key and a tag',
    (store) => ({
      ...store,
      bumpTags: (tags) => store.bumpTags(tags.filter((tag) => !(tag in {}))),
    }),
  ],
]

describe('cacheStoreConformance', () => {
  test.each(twins)('finds a store %s', async (_, law, twin) => {
    expect(await brokenLaws(twin)).toContain(law)
  })
})
