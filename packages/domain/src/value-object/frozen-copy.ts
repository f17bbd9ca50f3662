import { isBuiltIn, isPlainObject } from '@base/core/kind'
import { copyView } from './copy-view.js'
import { isObject } from './object-kind.js'

/** The methods of a Map, a Set and a Date that change it, which `Object.freeze` alone leaves open. */
const MUTATORS = {
  Map: ['set', 'delete', 'clear'],
  Set: ['add', 'delete', 'clear'],
  Date: Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set')),
} as const

/**
 * A deep copy of plain data that nobody can change: objects, arrays, maps, sets and dates are copied and frozen, typed
 * arrays copied (JavaScript cannot freeze their elements). Instances of classes stay the ones given: they look after
 * themselves. A cycle comes back as a cycle.
 */
export function frozenCopy<T>(value: T): T {
  return copy(value, new Map()) as T
}

function copy(value: unknown, made: Map<object, unknown>): unknown {
  if (!isObject(value)) return value
  const known = made.get(value)
  if (known !== undefined) return known
  if (Array.isArray(value)) return copyArray(value, made)
  if (ArrayBuffer.isView(value)) return copyView(value)
  if (isPlainObject(value)) return copyRecord(value as Readonly<Record<string, unknown>>, made)
  if (isBuiltIn(value, 'Map')) return copyMap(value, made)
  if (isBuiltIn(value, 'Set')) return copySet(value, made)
  return isBuiltIn(value, 'Date') ? sealed(new Date(+value), MUTATORS.Date) : value
}

// Each is noted before it is filled, for it may hold itself.

function copyArray(from: readonly unknown[], made: Map<object, unknown>): unknown[] {
  const to: unknown[] = []
  made.set(from, to)
  for (const item of from) to.push(copy(item, made))
  return Object.freeze(to) as unknown[]
}

function copyRecord(from: Readonly<Record<string, unknown>>, made: Map<object, unknown>): object {
  const to: Record<string, unknown> = {}
  made.set(from, to)
  for (const key of Object.keys(from)) {
    const value = copy(from[key], made)
    // Defined where every object has it already: a key named __proto__ is a key like any other.
    if (key in to) Object.defineProperty(to, key, { value, enumerable: true })
    else to[key] = value
  }
  return Object.freeze(to)
}

function copyMap(
  from: ReadonlyMap<unknown, unknown>,
  made: Map<object, unknown>,
): ReadonlyMap<unknown, unknown> {
  const to = new Map<unknown, unknown>()
  made.set(from, to)
  for (const [key, item] of from) to.set(copy(key, made), copy(item, made))
  return sealed(to, MUTATORS.Map)
}

function copySet(from: ReadonlySet<unknown>, made: Map<object, unknown>): ReadonlySet<unknown> {
  const to = new Set<unknown>()
  made.set(from, to)
  for (const item of from) to.add(copy(item, made))
  return sealed(to, MUTATORS.Set)
}

/** Freezes an object, and its contents by what would change them. */
function sealed<T extends object>(target: T, mutators: readonly string[]): T {
  for (const name of mutators) Object.defineProperty(target, name, { value: refuse })
  return Object.freeze(target)
}

function refuse(): never {
  throw new TypeError('Cannot change a value object; make a new one.')
}
