import { isPlainObject } from '../kind/is-plain-object.js'

/**
 * A copy of plain objects and lists, frozen at every depth. Anything else, a Secret, a Date, a URL, an object of a class,
 * is what it was: it is not ours to freeze, nor is a default that the schema shares between its results.
 */
export function frozenCopy<T>(value: T): T {
  return copy(value, new Map()) as T
}

function copy(value: unknown, copies: Map<object, object>): unknown {
  if (!isPlain(value)) return value
  const made = copies.get(value)
  if (made !== undefined) return made
  const target: object = Array.isArray(value) ? [] : Object.create(Object.getPrototypeOf(value))
  copies.set(value, target)
  for (const key of Reflect.ownKeys(value)) {
    if (Array.isArray(value) && key === 'length') continue
    const inner = copy((value as Record<PropertyKey, unknown>)[key], copies)
    const enumerable = Object.prototype.propertyIsEnumerable.call(value, key)
    Object.defineProperty(target, key, { value: inner, enumerable })
  }
  return Object.freeze(target)
}

/** Whether it is a list, or an object of no class. */
export function isPlain(value: unknown): value is object {
  return Array.isArray(value) || isPlainObject(value)
}
