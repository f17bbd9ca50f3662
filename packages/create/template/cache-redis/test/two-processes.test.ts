import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { uuidv7 } from '@base/core/id'
import { secret } from '@base/core/secret'
import { memoryRepository } from '@base/domain/repository'
import { memoryLogger } from '@base/observability/testing'
import { openCache } from '../src/cache.ts'
import { cacheNotes } from '../src/notes/cache-notes.ts'
import type { Note } from '../src/notes/note.ts'
import { skip } from './start-service.ts'

test('what one process saves, another reads soon after', { skip, timeout: 30_000 }, async (t) => {
  const notes = memoryRepository<Note, string>({ id: ({ id }) => id, version: 'version' })
  const open = () => {
    const { cache, part } = openCache({ redisUrl: secret(process.env.REDIS_URL ?? '') }, memoryLogger())
    t.after(part.stop)
    return cacheNotes(notes, cache)
  }
  const [one, other] = [open(), open()]
  const id = uuidv7()
  const saved = await one.save({ id, text: 'milk', version: 0 })
  assert.equal((await other.findById(id))?.text, 'milk')

  await one.save({ ...saved, text: 'bread' })
  while ((await other.findById(id))?.text !== 'bread') await wait(10)
})
