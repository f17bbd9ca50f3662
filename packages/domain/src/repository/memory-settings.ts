import { type Clock, systemClock } from '@base/core/clock'
import { checkFunction, checkMethods, checkOptions, checkText } from '@base/core/options'
import { type Cursors, createCursors } from '../pagination/cursor.js'
import { placeOf } from '../place.js'
import { type Copying, copyingBy, copyingDeeply } from './copying.js'
import type { EntityMapper } from './entity-mapper.js'
import { readTracking, type Tracking, type TrackingOptions } from './tracking-options.js'

/** Options of {@link memoryRepository}. */
export interface MemoryRepositoryOptions<T, Id> extends TrackingOptions {
  /**
   * The identity of an entity. One that is an object is found by its own text and by what it holds, where a field that is
   * `undefined` is none; one that shows neither, as it has private `#fields` and no `toString`, is refused.
   */
  readonly id: (entity: T) => Id
  /** The property that holds the version. @defaultValue none: the last save wins */
  readonly version?: (keyof T & string) | undefined
  /** For entities with private `#fields`, which a copy lacks otherwise. @defaultValue entities are copied deeply */
  readonly mapper?: (Pick<EntityMapper<T, never>, 'toDomain'> & Pick<EntityMapper<T>, 'toRow'>) | undefined
  /** Signs the cursors of `findPage`; at least 32 bytes. @defaultValue not signed */
  readonly cursorSecret?: string | Uint8Array | undefined
  /** What one of it is called, in errors. @defaultValue 'entity' */
  readonly name?: string | undefined
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock | undefined
}

/** The options, checked. */
export interface Settings<T, Id> extends Copying<T> {
  readonly id: (entity: T) => Id
  /** A copy of what is kept for a function to judge: a new one, also in a unit of work. */
  readonly toJudged: (kept: T) => T
  readonly version: string | undefined
  readonly tracking: Tracking
  readonly cursors: Cursors
  readonly name: string
  readonly clock: Clock
}

/** Checks the options and fills in their defaults. @throws InvalidOptionError naming the option. */
export function readSettings<T extends object, Id>(options: MemoryRepositoryOptions<T, Id>): Settings<T, Id> {
  const at = placeOf('memoryRepository')
  const { id, version, name = 'entity', clock = systemClock } = checkOptions(options, at('options'))
  const { cursorSecret, mapper } = options
  const tracking = readTracking(options, at('options'))
  checkMethods(clock, ['now'], at('clock'))
  const copying =
    mapper === undefined
      ? copyingDeeply<T>()
      : copyingBy(mapper as EntityMapper<T>, { version, deletedAt: tracking.deletedAt, at: at('mapper') })
  return {
    ...copying,
    id: checkFunction(id, at('id')),
    toJudged: copying.toGiven,
    version: version === undefined ? undefined : checkText(version, at('version')),
    tracking,
    cursors: createCursors({ secret: cursorSecret }, at('cursorSecret')),
    name: checkText(name, at('name')),
    clock,
  }
}
