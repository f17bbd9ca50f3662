import { copyView } from '../value-object/copy-view.js'
import { ValueObject } from '../value-object/value-object.js'

/**
 * A deep copy of an entity, of the same classes, that shares nothing that could change: value objects are shared, and
 * what cannot be copied from outside (functions, instances that hold nothing but private `#fields`).
 */
export function copyOf<T>(value: T): T {
  return copy(value, new Map()) as T
}

function copy(value: unknown, made: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null || value instanceof ValueObject) return value
  if (made.has(value)) return made.get(value)
  if (value instanceof Date) return new Date(value)
  if (value instanceof URL) return new URL(value)
  if (ArrayBuffer.isView(value)) return copyView(value)
  if (value instanceof ArrayBuffer) return value.slice()
  const target = emptyLike(value)
  if (target === undefined) return value
  fill(target, value, made)
  return Object.isFrozen(value) ? Object.freeze(target) : target
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

function fill(target: object, source: object, made: Map<object, unknown>): void {
  made.set(source, target)
  // By the platform's methods: those of a class may look at fields that are not there yet.
  if (source instanceof Map) {
    for (const [key, item] of source)
      Map.prototype.set.call(target as Map<unknown, unknown>, copy(key, made), copy(item, made))
  }
  if (source instanceof Set) {
    for (const item of source) Set.prototype.add.call(target as Set<unknown>, copy(item, made))
  }
  for (const name of Reflect.ownKeys(source)) {
    const property = Object.getOwnPropertyDescriptor(source, name) as PropertyDescriptor
    if ('value' in property) property.value = copy(property.value, made)
    Object.defineProperty(target, name, property)
  }
}
