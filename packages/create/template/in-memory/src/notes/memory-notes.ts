import { memoryRepository } from '@base/domain/repository'
import type { Note, Notes } from './note.ts'

/** Notes in memory, which end with the process. */
export function memoryNotes(): Notes {
  return memoryRepository<Note, string>({ id: ({ id }) => id, version: 'version', name: 'note' })
}
