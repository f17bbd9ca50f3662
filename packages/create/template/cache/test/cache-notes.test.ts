import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCache, memoryCacheStore } from '@base/cache'
import { memoryRepository } from '@base/domain/repository'
import { cacheNotes } from '../src/notes/cache-notes.ts'
import type { Note, Notes } from '../src/notes/note.ts'

test('a note is read once, and again after it was saved', async (t) => {
  const notes = memoryRepository<Note, string>({ id: ({ id }) => id, version: 'version' })
  let reads = 0
  const cache = createCache({ layers: [memoryCacheStore({ maxEntries: 10 })] })
  t.after(() => cache.close())
  const counted: Notes = {
    findById: (id) => {
      reads++
      return notes.findById(id)
    },
    getById: (id) => notes.getById(id),
    save: (note) => notes.save(note),
  }
  const cached = cacheNotes(counted, cache)

  const saved = await cached.save({ id: 'a', text: 'milk', version: 0 })
  for (let turn = 0; turn < 3; turn++) assert.equal((await cached.findById('a'))?.text, 'milk')
  assert.equal(reads, 1)

  await cached.save({ ...saved, text: 'bread' })
  assert.equal((await cached.findById('a'))?.text, 'bread')
  assert.equal(reads, 2)
})

test('a note that is not there is looked for each time', async (t) => {
  const notes = memoryRepository<Note, string>({ id: ({ id }) => id, version: 'version' })
  const cache = createCache({ layers: [memoryCacheStore({ maxEntries: 10 })] })
  t.after(() => cache.close())
  const cached = cacheNotes(notes, cache)

  assert.equal(await cached.findById('a'), undefined)
  await notes.save({ id: 'a', text: 'milk', version: 0 })
  assert.equal((await cached.findById('a'))?.text, 'milk')
})
