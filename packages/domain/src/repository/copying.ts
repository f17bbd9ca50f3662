import { checkFunction, invalidOption, type OptionPlace } from '@base/core/options'
import { isObject } from '../value-object/object-kind.js'
import { sameStructure } from '../value-object/same-structure.js'
import { at } from './checks.js'
import { copyOf, stampedCopyOf } from './copy.js'
import type { EntityMapper } from './entity-mapper.js'
import { keyOf } from './key-of.js'

const DAY = 86_400_000

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
    if (kept !== undefined) return kept
    throw invalidOption(
      entity,
      at('entity'),
      'one with fields that are not private, unless there is a mapper',
    )
  }
  return { toGiven: copyOf, toKept }
}

/** What a mapper must carry: without the one nothing is saved again, without the other what was deleted comes back. */
interface MapperRules {
  readonly version: string | undefined
  readonly deletedAt: string | undefined
  /** Names the mapper in errors. */
  readonly at: OptionPlace
}

/** By a mapper, there and back. @throws InvalidOptionError naming what is wrong with it. */
export function copyingBy<T extends object>(
  mapper: EntityMapper<T>,
  { version, deletedAt, at }: MapperRules,
): Copying<T> {
  const toDomain = checkFunction(mapper?.toDomain, { ...at, option: 'mapper.toDomain' })
  const toRow = checkFunction(mapper.toRow, { ...at, option: 'mapper.toRow' })
  const again = (entity: T): T => toDomain(copyOf(toRow(entity)))
  const toKept = (entity: T, stamps: Stamps): T => {
    const written = again(entity)
    const before = write(written, stamps)
    const kept = again(written)
    const carries = (entity: T, name: string) =>
      has(entity, name, stamps[name]) || (name !== version && isNear((entity as Stamps)[name], stamps[name]))
    const isNeeded = (name: string) => name === version || name === deletedAt
    const lost = Object.keys(stamps).filter(
      (name) =>
        !has(kept, name, stamps[name]) &&
        (isUntouched(kept, name, before) || (isNeeded(name) && !carries(kept, name))),
    )
    if (lost.length === 0) return kept
    const needed = lost.filter(isNeeded)
    const row = toRow(written)
    // What the entity does not show to its mapper, a row may tell to it; one that has a time in another form, what is needed alone.
    for (const names of [lost, needed]) {
      if (names.length === 0) return kept
      const told = toDomain(stampedRow(row, names, stamps))
      const last = names.every((name) => carries(told, name)) ? again(told) : undefined
      if (last !== undefined && needed.every((name) => carries(last, name))) return last
    }
    throw invalidOption(mapper, at, `one that carries ${needed[0]}`)
  }
  return { toGiven: again, toKept }
}

/** Whether a time is the other in a form that keeps less of it, such as whole seconds or the day. */
function isNear(shown: unknown, stamp: unknown): boolean {
  return shown instanceof Date && stamp instanceof Date && Math.abs(+shown - +stamp) < DAY
}

/** Defines the properties where it can. Gives what those were that the entity may not look at: it is frozen, or has a getter. */
function write(entity: object, stamps: Stamps): ReadonlyMap<string, unknown> {
  const before = new Map<string, unknown>()
  for (const [name, value] of Object.entries(stamps)) {
    const was = (entity as Stamps)[name]
    const isInherited = name in entity && !Object.hasOwn(entity, name)
    const attributes = { value, writable: true, enumerable: true, configurable: true }
    if (!Reflect.defineProperty(entity, name, attributes) || isInherited) before.set(name, was)
  }
  return before
}

/** Whether it shows what it did before, or nothing; another value is the stamp in a form of its own, such as whole seconds. */
function isUntouched(entity: object, name: string, before: ReadonlyMap<string, unknown>): boolean {
  return before.has(name) && (has(entity, name, null) || has(entity, name, before.get(name)))
}

function stampedRow(row: unknown, names: readonly string[], stamps: Stamps): never {
  const some = Object.fromEntries(names.map((name) => [name, stamps[name]]))
  return (isObject(row) ? stampedCopyOf(row, copyOf(some)) : row) as never
}

/** Null is none. */
function has(entity: object, name: string, value: unknown): boolean {
  const shown = (entity as Stamps)[name] ?? null
  return sameStructure(shown, value ?? null) || showSame(shown, value)
}

/** As ids do: an instance without an `equals` says of no copy that it is the same. */
function showSame(shown: unknown, value: unknown): boolean {
  try {
    return keyOf(shown) === keyOf(value)
  } catch {
    return false
  }
}
