import type { Cache } from '@base/cache/cache'
import type { Notes } from './note.ts'

/** Notes that are found through a cache, which forgets what is saved. */
export function cacheNotes(notes: Notes, cache: Cache): Notes {
  const keyOf = (id: string) => `note:${id}`
  return {
    findById: (id) =>
      cache.getOrSet(keyOf(id), async ({ skip }) => {
        const note = await notes.findById(id)
        // Ids of nothing are without end: they get no room.
        if (note === undefined) skip()
        return note
      }),
    // For a change, so it is what is stored now.
    getById: (id) => notes.getById(id),
    save: (note) => notes.save(note).finally(() => cache.delete(keyOf(note.id))),
  }
}
