import { isPlainObject } from '@base/core/kind'
import { put } from './put.js'

const MAX_DEPTH = 500

/** Stands for a value with a part that {@link copyKnown} does not know. */
const UNKNOWN = Symbol('unknown')

/**
 * A deep copy of what is made of plain objects, arrays, `Map`, `Set`, `Date`, `URL`, typed arrays and buffers; `undefined`
 * where anything else is in it. The types that come back are those that the codec gives, so that a value is the same
 * whichever layer it comes from. Where it may know `Buffer` as a class of its own, `isExact` leaves it to it.
 */
export function copyKnown(value: object, isExact: boolean): object | undefined {
  const copied = copy(value, 0, isExact)
  return copied === UNKNOWN ? undefined : (copied as object)
}

function copy(value: unknown, depth: number, isExact: boolean): unknown {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'function' || typeof value === 'symbol' ? UNKNOWN : value
  }
  if (depth > MAX_DEPTH) return UNKNOWN
  if (isPlainArray(value)) return copyAll(value, depth, isExact)
  if (isPlainObject(value)) return copyRecord(value, depth, isExact)
  if (ArrayBuffer.isView(value)) return copyView(value, isExact)
  return copyBuiltIn(value, depth, isExact)
}

/** Whether it is an array of no class that extends it, also one of another realm: only their prototypes are arrays themselves. */
export function isPlainArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && Array.isArray(Object.getPrototypeOf(value))
}

/** Those of another realm are left to the codec. */
function copyBuiltIn(value: object, depth: number, isExact: boolean): unknown {
  switch (Object.getPrototypeOf(value)) {
    case Date.prototype:
      return new Date((value as Date).getTime())
    case Map.prototype:
      return copyMap(value as Map<unknown, unknown>, depth, isExact)
    case Set.prototype: {
      const items = copyAll([...(value as Set<unknown>)], depth, isExact)
      return items === UNKNOWN ? UNKNOWN : new Set(items as unknown[])
    }
    case URL.prototype:
      return new URL((value as URL).href)
    case ArrayBuffer.prototype:
      return (value as ArrayBuffer).slice(0)
    default:
      return UNKNOWN
  }
}

function copyAll(items: readonly unknown[], depth: number, isExact: boolean): unknown {
  const copied = new Array<unknown>(items.length)
  for (let index = 0; index < items.length; index++) {
    const item = copy(items[index], depth + 1, isExact)
    if (item === UNKNOWN) return UNKNOWN
    copied[index] = item
  }
  return copied
}

function copyMap(map: Map<unknown, unknown>, depth: number, isExact: boolean): unknown {
  const copied = new Map<unknown, unknown>()
  for (const [key, value] of map) {
    const ownKey = copy(key, depth + 1, isExact)
    const ownValue = copy(value, depth + 1, isExact)
    if (ownKey === UNKNOWN || ownValue === UNKNOWN) return UNKNOWN
    copied.set(ownKey, ownValue)
  }
  return copied
}

function copyRecord(record: object, depth: number, isExact: boolean): unknown {
  const copied: Record<string, unknown> = {}
  for (const key of Object.keys(record)) {
    const item = copy((record as Record<string, unknown>)[key], depth + 1, isExact)
    if (item === UNKNOWN) return UNKNOWN
    put(copied, key, item)
  }
  return copied
}

/** A view of a class that nobody knows is left to the codec. */
function copyView(view: ArrayBufferView, isExact: boolean): unknown {
  const name = Object.prototype.toString.call(view).slice(8, -1)
  const make = (globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => object>)[name]
  const prototype: unknown = Object.getPrototypeOf(view)
  const { Buffer } = globalThis
  const isBuffer = !isExact && Buffer !== undefined && prototype === Buffer.prototype
  if (make === undefined || (prototype !== make.prototype && !isBuffer)) return UNKNOWN
  const { buffer } = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice()
  return isBuffer ? Buffer.from(buffer) : new make(buffer)
}
