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
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return structuredClone(value)
  const target = emptyLike(value)
  if (target === undefined) return value
  fill(target, value, made)
  return Object.isFrozen(value) ? Object.freeze(target) : target
}

function emptyLike(value: object): object | undefined {
  if (Array.isArray(value)) return []
  if (value instanceof Map) return new Map()
  if (value instanceof Set) return new Set()
  const prototype: object | null = Object.getPrototypeOf(value)
  const isPlain = prototype === Object.prototype || prototype === null
  // Everything about it is private: of a class of the platform, say.
  if (!isPlain && Reflect.ownKeys(value).length === 0) return undefined
  return value instanceof RegExp || value instanceof Promise ? undefined : Object.create(prototype)
}

function fill(target: object, source: object, made: Map<object, unknown>): void {
  made.set(source, target)
  if (source instanceof Map) {
    for (const [key, item] of source) (target as Map<unknown, unknown>).set(copy(key, made), copy(item, made))
  }
  if (source instanceof Set) for (const item of source) (target as Set<unknown>).add(copy(item, made))
  for (const name of Reflect.ownKeys(source)) {
    const property = Object.getOwnPropertyDescriptor(source, name) as PropertyDescriptor
    if ('value' in property) property.value = copy(property.value, made)
    Object.defineProperty(target, name, property)
  }
}
