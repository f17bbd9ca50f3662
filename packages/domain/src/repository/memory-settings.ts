import { type Clock, systemClock } from '@base/core/clock'
import { checkFunction, checkText, type OptionPlace } from '@base/core/options'
import { type Cursors, createCursors } from '../pagination/cursor.js'
import { copyOf, stampedCopyOf } from './copy.js'
import { readTracking, type Tracking, type TrackingOptions } from './tracking-options.js'

/** Turns entities into what is kept, and back. */
export interface EntityMapper<T, Row = unknown> {
  /**
   * Makes an entity of a kept row; called at every read. Where it is frozen, the repository writes the version, and what
   * it tracks, to the row, under the names of the entity's properties.
   */
  readonly toDomain: (row: Row) => T
  /** Makes a row of plain data of an entity; called at every save. */
  readonly toRow: (entity: T) => Row
}

/** Options of {@link memoryRepository}. */
export interface MemoryRepositoryOptions<T, Id> extends TrackingOptions {
  /** The identity of an entity. */
  readonly id: (entity: T) => Id
  /** The property that holds the version. @defaultValue none: the last save wins */
  readonly version?: (keyof T & string) | undefined
  /** For entities with private `#fields`, which cannot be copied otherwise. @defaultValue entities are copied deeply */
  readonly mapper?: EntityMapper<T, never>
  /** Signs the cursors of `findPage`; at least 32 bytes. @defaultValue not signed */
  readonly cursorSecret?: string | Uint8Array
  /** What one of it is called, in errors. @defaultValue 'entity' */
  readonly name?: string
  /** Source of time. @defaultValue systemClock */
  readonly clock?: Clock
}

/** The options, checked. */
export interface Settings<T, Id> {
  readonly id: (entity: T) => Id
  readonly version: string | undefined
  readonly tracking: Tracking
  readonly cursors: Cursors
  readonly name: string
  readonly clock: Clock
  /** A copy to keep of an entity that somebody else has. */
  readonly toKept: (entity: T) => T
  /** A copy to give away of an entity that is kept. */
  readonly toGiven: (kept: T) => T
  /** A copy with the properties that the repository writes. */
  readonly toStamped: (entity: T, stamps: Stamps) => T
}

/** Properties that the repository writes, by name. */
export type Stamps = Record<string, unknown>

/** Checks the options and fills in their defaults. @throws InvalidOptionError naming the option. */
export function readSettings<T extends object, Id>(options: MemoryRepositoryOptions<T, Id>): Settings<T, Id> {
  const place = { package: '@base/domain', pattern: 'memoryRepository' }
  const at = (option: string): OptionPlace => ({ ...place, option })
  const { id, version, name = 'entity', clock = systemClock, cursorSecret, mapper } = options
  return {
    id: checkFunction(id, at('id')),
    version: version === undefined ? undefined : checkText(version, at('version')),
    tracking: readTracking(options, place),
    cursors: createCursors({ secret: cursorSecret }, at('cursorSecret')),
    name: checkText(name, at('name')),
    clock,
    ...copying<T>(mapper as EntityMapper<T> | undefined, at),
  }
}

function copying<T extends object>(
  mapper: EntityMapper<T> | undefined,
  at: (option: string) => OptionPlace,
): Pick<Settings<T, unknown>, 'toKept' | 'toGiven' | 'toStamped'> {
  if (mapper === undefined) return { toKept: copyOf, toGiven: copyOf, toStamped: stampedCopyOf }
  const toDomain = checkFunction(mapper.toDomain, at('mapper.toDomain'))
  const toRow = checkFunction(mapper.toRow, at('mapper.toRow'))
  const again = (entity: T): T => toDomain(copyOf(toRow(entity)))
  const toStamped = (entity: T, stamps: Stamps): T => {
    const made = again(entity)
    return takes(made, stamps) ? made : toDomain(stampedCopyOf(toRow(entity) as object, stamps) as never)
  }
  return { toKept: again, toGiven: again, toStamped }
}

/** Defines the properties, for they may be read-only to others; whether it could. */
function takes(entity: object, stamps: Stamps): boolean {
  return Object.entries(stamps).every(([name, value]) =>
    Reflect.defineProperty(entity, name, { value, writable: true, enumerable: true, configurable: true }),
  )
}
