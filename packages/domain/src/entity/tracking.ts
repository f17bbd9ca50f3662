import { type Clock, systemClock } from '@base/core/clock'
import { principal } from '@base/core/context'

/** When it came to be, and when it last changed. */
export interface Timestamped {
  /** When it came to be. */
  readonly createdAt: Date
  /** When it last changed. */
  readonly updatedAt: Date
}

/** It may be gone without being lost. */
export interface SoftDeletable {
  /** When it was deleted; `null` while it is there. */
  readonly deletedAt: Date | null
}

/** Who did it. */
export interface Audited {
  /** Who made it; `null` where nobody is known. */
  readonly createdBy: string | null
  /** Who changed it last; `null` where nobody is known. */
  readonly updatedBy: string | null
}

/** What {@link markCreated} and its like write. */
export interface Mark {
  /** Who does it. @defaultValue the `id` of the principal in context */
  readonly by?: string | null | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

type Tracked = Partial<Timestamped & SoftDeletable & Audited>

/**
 * Notes that a thing has come to be: writes those of `createdAt`, `updatedAt`, `deletedAt`, `createdBy` and `updatedBy`
 * that it has. A repository with `timestamps`, `softDelete` or `audit` does this by itself.
 *
 * @example
 * class Note extends Entity<string> implements Timestamped {
 *   createdAt = new Date(0)
 *   updatedAt = new Date(0)
 * }
 * const note = markCreated(new Note('7'))
 */
export function markCreated<T extends object>(thing: T, mark: Mark = {}): T {
  const { at, by } = read(mark)
  return write(thing, { createdAt: at, updatedAt: at, deletedAt: null, createdBy: by, updatedBy: by })
}

/** Notes that a thing has changed: writes those of `updatedAt` and `updatedBy` that it has. */
export function markUpdated<T extends object>(thing: T, mark: Mark = {}): T {
  const { at, by } = read(mark)
  return write(thing, { updatedAt: at, updatedBy: by })
}

/** Notes that a thing is deleted: `deletedAt`, and what {@link markUpdated} writes. */
export function markDeleted<T extends SoftDeletable>(thing: T, mark: Mark = {}): T {
  const { at, by } = read(mark)
  return write(thing, { deletedAt: at, updatedAt: at, updatedBy: by })
}

/** Takes a deletion back: `deletedAt` is `null` again, and what {@link markUpdated} writes. */
export function markRestored<T extends SoftDeletable>(thing: T, mark: Mark = {}): T {
  const { at, by } = read(mark)
  return write(thing, { deletedAt: null, updatedAt: at, updatedBy: by })
}

/** Whether a thing is deleted, though still there. */
export function isDeleted(thing: object): boolean {
  const { deletedAt } = thing as Tracked
  return deletedAt !== undefined && deletedAt !== null
}

function read({ by, clock = systemClock }: Mark): { readonly at: Date; readonly by: string | null } {
  return { at: new Date(clock.now()), by: by === undefined ? (principal.get()?.id ?? null) : by }
}

/**
 * Writes the fields that the thing has, for a thing without audit fields must not grow them; each a date of its own, for
 * one may be changed.
 */
function write<T extends object>(thing: T, fields: Tracked): T {
  for (const [name, value] of Object.entries(fields)) {
    if (name in thing) Object.assign(thing, { [name]: value instanceof Date ? new Date(value) : value })
  }
  return thing
}
