import { copyView } from '../value-object/copy-view.js'
import { isObject } from '../value-object/object-kind.js'
import { ValueObject } from '../value-object/value-object.js'

/**
 * A deep copy of an entity, of the same classes, that shares nothing that could change: value objects are shared, and
 * what cannot be copied from outside (functions, instances that hold nothing but private `#fields`).
 */
export function copyOf<T>(value: T): T {
  return copy(value, new Map()) as T
}

/**
 * The same with other values of some properties, as a row is that a database gives back: also where the entity is frozen,
 * or the property read-only; undefined where nothing of it can be copied.
 */
export function stampedCopyOf<T extends object>(entity: T, stamps: object): T | undefined {
  const target = emptyLike(entity)
  return target && (filled(target, entity, new Map(), stamps) as T)
}

function copy(value: unknown, made: Map<object, unknown>): unknown {
  if (!isObject(value) || value instanceof ValueObject) return value
  if (made.has(value)) return made.get(value)
  if (value instanceof Date) return new Date(value)
  if (value instanceof URL) return new URL(value)
  if (ArrayBuffer.isView(value)) return copyView(value)
  if (value instanceof ArrayBuffer) return value.slice()
  const target = emptyLike(value)
  return target === undefined ? value : filled(target, value, made, {})
}

/** Frozen at last, where the source is. */
function filled(target: object, source: object, made: Map<object, unknown>, stamps: object): object {
  made.set(source, target)
  fillItems(target, source, made)
  for (const name of Reflect.ownKeys(source)) {
    const stamp = Object.getOwnPropertyDescriptor(stamps, name)
    Object.defineProperty(target, name, stamp ?? copiedProperty(source, name, made))
  }
  Object.defineProperties(target, Object.getOwnPropertyDescriptors(stamps))
  return Object.isFrozen(source) ? Object.freeze(target) : target
}

function emptyLike(value: object): object | undefined {
  const prototype: object | null = Object.getPrototypeOf(value)
  if (Array.isArray(value)) return Object.setPrototypeOf([], prototype)
  if (value instanceof Map) return Object.setPrototypeOf(new Map(), prototype)
  if (value instanceof Set) return Object.setPrototypeOf(new Set(), prototype)
  const isPlain = prototype === Object.prototype || prototype === null
  // Everything about it is private: of a class of the platform, say.
  if (!isPlain && Reflect.ownKeys(value).length === 0) return undefined
  return value instanceof RegExp || value instanceof Promise ? undefined : Object.create(prototype)
}

function fillItems(target: object, source: object, made: Map<object, unknown>): void {
  // By the platform's methods: those of a class may look at fields that are not there yet.
  if (source instanceof Map) {
    for (const [key, item] of source)
      Map.prototype.set.call(target as Map<unknown, unknown>, copy(key, made), copy(item, made))
  }
  if (source instanceof Set) {
    for (const item of source) Set.prototype.add.call(target as Set<unknown>, copy(item, made))
  }
}

function copiedProperty(
  source: object,
  name: string | symbol,
  made: Map<object, unknown>,
): PropertyDescriptor {
  const property = Object.getOwnPropertyDescriptor(source, name) as PropertyDescriptor
  if ('value' in property) property.value = copy(property.value, made)
  return property
}
