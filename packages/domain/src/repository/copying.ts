import { checkFunction, invalidOption, type OptionPlace } from '@base/core/options'
import { copyOf, stampedCopyOf } from './copy.js'
import { keyOf } from './key-of.js'
import type { EntityMapper } from './memory-settings.js'
import { isWhole } from './private-fields.js'

/** Properties that the repository writes, by name. */
export type Stamps = Record<string, unknown>

/** How entities are kept apart from those that others have. */
export interface Copying<T> {
  /** A copy to give away of an entity that is kept. */
  readonly toGiven: (kept: T) => T
  /** A copy to keep, with the properties that the repository writes. @throws InvalidOptionError where there can be none. */
  readonly toKept: (entity: T, stamps: Stamps) => T
}

/** By what can be seen of them. */
export function copyingDeeply<T extends object>(): Copying<T> {
  const toKept = (entity: T, stamps: Stamps): T => {
    const kept = stampedCopyOf(entity, copyOf(stamps))
    if (kept !== undefined && isWhole(kept, entity)) return kept
    const place = { package: '@base/domain', pattern: 'Repository', option: 'entity' }
    throw invalidOption(entity, place, 'one whose fields are not private, unless there is a mapper')
  }
  return { toGiven: copyOf, toKept }
}

/** By a mapper, there and back. @throws InvalidOptionError naming what is wrong with it. */
export function copyingBy<T extends object>(
  mapper: EntityMapper<T>,
  { version, at }: { readonly version: string | undefined; readonly at: OptionPlace },
): Copying<T> {
  const toDomain = checkFunction(mapper.toDomain, { ...at, option: 'mapper.toDomain' })
  const toRow = checkFunction(mapper.toRow, { ...at, option: 'mapper.toRow' })
  const again = (entity: T): T => toDomain(copyOf(toRow(entity)))
  const toKept = (entity: T, stamps: Stamps): T => {
    const written = again(entity)
    write(written, stamps)
    const kept = again(written)
    if (lostBy(kept, stamps).length === 0) return kept
    // What the entity does not show to its mapper, a row may tell to the entity.
    const row = toRow(written)
    const stamped = typeof row === 'object' && row !== null ? stampedCopyOf(row, copyOf(stamps)) : row
    const told = again(toDomain(stamped))
    // What an entity has no property for, nobody misses.
    const lost = lostBy(told, stamps).find((name) => name === version || name in told)
    if (lost === undefined) return told
    throw invalidOption(mapper, at, `one that carries ${lost}`)
  }
  return { toGiven: again, toKept }
}

/** Defines the properties where it can, for they may be read-only to others. */
function write(entity: object, stamps: Stamps): void {
  for (const [name, value] of Object.entries(stamps))
    Reflect.defineProperty(entity, name, { value, writable: true, enumerable: true, configurable: true })
}

/** The stamps that an entity does not have; null is none. */
function lostBy(entity: object, stamps: Stamps): readonly string[] {
  return Object.keys(stamps).filter(
    (name) => keyOf((entity as Stamps)[name] ?? null) !== keyOf(stamps[name] ?? null),
  )
}
