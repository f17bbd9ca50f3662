import type { Repository } from '@base/domain/repository'
import { z } from 'zod'

/** What a caller says of a note. */
export const NoteInput = z.strictObject({ text: z.string().trim().min(1).max(2_000) })

export type NoteInput = z.infer<typeof NoteInput>

/** A note. */
export interface Note {
  readonly id: string
  readonly text: string
  /** How often it was saved; 0 for a new one. */
  readonly version: number
}

/** Where notes are kept. */
export type Notes = Pick<Repository<Note, string>, 'findById' | 'getById' | 'save'>
