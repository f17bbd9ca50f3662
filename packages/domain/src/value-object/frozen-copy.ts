import { isBuiltIn, isPlainObject } from '@base/core/kind'
import { copyView } from './copy-view.js'
import { isObject } from './object-kind.js'

/** The methods of a Date, a Map and a Set that change it. */
const MUTATORS = [
  [Map, ['set', 'delete', 'clear']],
  [Set, ['add', 'delete', 'clear']],
  [Date, Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set'))],
] as const

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
  if (made.has(value)) return made.get(value)
  if (Array.isArray(value)) return copyInto<unknown[]>([], value, made, (to) => fillArray(to, value, made))
  if (ArrayBuffer.isView(value)) return copyView(value)
  if (isPlainObject(value)) return copyInto({}, value, made, (to) => fillRecord(to, value, made))
  if (isBuiltIn(value, 'Map')) return copyInto(new Map(), value, made, (to) => fillMap(to, value, made))
  if (isBuiltIn(value, 'Set')) return copyInto(new Set(), value, made, (to) => fillSet(to, value, made))
  return isBuiltIn(value, 'Date') ? sealed(new Date(+value)) : value
}

function copyInto<T extends object>(
  target: T,
  source: object,
  made: Map<object, unknown>,
  fill: (to: T) => void,
): T {
  made.set(source, target)
  fill(target)
  return sealed(target)
}

function fillArray(to: unknown[], from: readonly unknown[], made: Map<object, unknown>): void {
  for (const item of from) to.push(copy(item, made))
}

function fillMap(
  to: Map<unknown, unknown>,
  from: ReadonlyMap<unknown, unknown>,
  made: Map<object, unknown>,
): void {
  for (const [key, item] of from) to.set(copy(key, made), copy(item, made))
}

function fillSet(to: Set<unknown>, from: ReadonlySet<unknown>, made: Map<object, unknown>): void {
  for (const item of from) to.add(copy(item, made))
}

function fillRecord(to: object, from: object, made: Map<object, unknown>): void {
  // Defined, not assigned: a key named __proto__ is a key like any other.
  for (const [key, item] of Object.entries(from)) {
    Object.defineProperty(to, key, { value: copy(item, made), enumerable: true })
  }
}

/** Freezes an object, and the contents of a map, set or date, which `Object.freeze` alone leaves open. */
function sealed<T extends object>(target: T): T {
  for (const [type, names] of MUTATORS) {
    if (!(target instanceof type)) continue
    for (const name of names) Object.defineProperty(target, name, { value: refuse })
  }
  return Object.freeze(target)
}

function refuse(): never {
  throw new TypeError('Cannot change a value object; make a new one.')
}
