import { isBuiltIn, isPlainObject } from '@base/core/kind'
import { copyView } from '../value-object/copy-view.js'
import { isObject, kindOf } from '../value-object/object-kind.js'
import { isValueObject } from '../value-object/value-object.js'

/** What has properties of its own, and yet cannot be copied by them. A secret is a text object. */
const SHARED = /^\[object (RegExp|Promise|String)\]$/

/**
 * A deep copy of an entity, of the same classes, that shares nothing that could change: value objects and secrets are
 * shared, and what cannot be copied from outside (functions, instances that hold nothing but private `#fields`).
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
  if (!isObject(value) || isValueObject(value)) return value
  if (made.has(value)) return made.get(value)
  if (!isOrdinary(value)) {
    if (isBuiltIn(value, 'Date')) return new Date(value.getTime())
    if (value instanceof URL) return new URL(value)
    if (ArrayBuffer.isView(value)) return copyView(value)
    if (isBuiltIn(value, 'ArrayBuffer')) return value.slice()
  }
  const target = emptyLike(value)
  return target === undefined ? value : filled(target, value, made, {})
}

/** Nearly all are, and to ask for more costs. */
function isOrdinary(value: object): boolean {
  return Array.isArray(value) || isPlainObject(value)
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
  if (isPlainObject(value)) return Object.create(prototype)
  if (isBuiltIn(value, 'Map')) return Object.setPrototypeOf(new Map(), prototype)
  if (isBuiltIn(value, 'Set')) return Object.setPrototypeOf(new Set(), prototype)
  // Everything about it is private: of a class of the platform, say.
  if (Reflect.ownKeys(value).length === 0) return undefined
  return SHARED.test(kindOf(value)) ? undefined : Object.create(prototype)
}

function fillItems(target: object, source: object, made: Map<object, unknown>): void {
  if (isOrdinary(source)) return
  // By the platform's methods: those of a class may look at fields that are not there yet.
  if (isBuiltIn(source, 'Map')) {
    for (const [key, item] of source)
      Map.prototype.set.call(target as Map<unknown, unknown>, copy(key, made), copy(item, made))
  }
  if (isBuiltIn(source, 'Set')) {
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
