import type { CacheStore } from '../store/index.js'
import type { StoreTwin } from './broken.fixture.js'

/** What a {@link forgetful} store knows of a deletion. */
interface Deletion {
  readonly version: bigint
  readonly at: number
  /** When what was written after it ends. */
  readonly until: number
  /** How many came after it. */
  readonly later: number
}

/** A store that forgets some deletions, and then writes the loads that began before. */
export const forgetful =
  (forgets: (deletion: Deletion, now: number) => boolean): StoreTwin =>
  (store, clock) => {
    const deletions = new Map<string, Deletion>()
    const isForgotten = (key: string, since: bigint): boolean => {
      const deletion = deletions.get(key)
      return deletion !== undefined && since < deletion.version && forgets(deletion, clock.now())
    }
    return {
      ...store,
      delete: async (keys) => {
        const version = await store.delete(keys)
        for (const [key, deletion] of deletions)
          deletions.set(key, { ...deletion, later: deletion.later + keys.length })
        for (const key of keys)
          deletions.set(key, { version, at: clock.now(), until: Number.POSITIVE_INFINITY, later: 0 })
        return version
      },
      set: async (key, entry, options) => {
        const since = options?.unlessDeletedSince
        if (since !== undefined && isForgotten(key, since)) return store.set(key, entry)
        const deletion = deletions.get(key)
        if (deletion !== undefined) deletions.set(key, { ...deletion, until: entry.staleUntil })
        return store.set(key, entry, options)
      },
    }
  }

/** A store that keeps the marks of tags itself, and loses them where it is told to. */
export const forgettingMarks =
  (change: (store: CacheStore, marks: Map<string, bigint>) => Partial<CacheStore>): StoreTwin =>
  (store) => {
    const marks = new Map<string, bigint>()
    return {
      ...store,
      bumpTags: async (tags) => {
        await store.bumpTags(tags)
        const { version = 0n } = await store.getMany([], [])
        for (const tag of tags) marks.set(tag, version)
      },
      getMany: async (keys, tags, options) => ({
        ...(await store.getMany(keys, tags, options)),
        marks: tags.map((tag) => marks.get(tag) ?? 0n),
      }),
      ...change(store, marks),
    }
  }
