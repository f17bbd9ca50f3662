import { put } from './put.js'

const MAX_DEPTH = 500

/** Stands for a value with a part that {@link copyKnown} does not know. */
const UNKNOWN = Symbol('unknown')

/**
 * A deep copy of what is made of plain objects, arrays, `Map`, `Set`, `Date`, `URL`, typed arrays and buffers; `undefined`
 * where anything else is in it. The types that come back are those that the codec gives, so that a value is the same
 * whichever layer it comes from.
 */
export function copyKnown(value: object): object | undefined {
  const copied = copy(value, 0)
  return copied === UNKNOWN ? undefined : (copied as object)
}

function copy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'function' || typeof value === 'symbol' ? UNKNOWN : value
  }
  if (depth > MAX_DEPTH) return UNKNOWN
  if (Array.isArray(value)) return copyAll(value, depth)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return copyRecord(value, depth)
  if (ArrayBuffer.isView(value)) return copyView(value)
  return copyBuiltIn(value, prototype, depth)
}

function copyBuiltIn(value: object, prototype: unknown, depth: number): unknown {
  switch (prototype) {
    case Date.prototype:
      return new Date((value as Date).getTime())
    case Map.prototype:
      return copyMap(value as Map<unknown, unknown>, depth)
    case Set.prototype: {
      const items = copyAll([...(value as Set<unknown>)], depth)
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

function copyAll(items: readonly unknown[], depth: number): unknown {
  const copied = new Array<unknown>(items.length)
  for (let index = 0; index < items.length; index++) {
    const item = copy(items[index], depth + 1)
    if (item === UNKNOWN) return UNKNOWN
    copied[index] = item
  }
  return copied
}

function copyMap(map: Map<unknown, unknown>, depth: number): unknown {
  const copied = new Map<unknown, unknown>()
  for (const [key, value] of map) {
    const ownKey = copy(key, depth + 1)
    const ownValue = copy(value, depth + 1)
    if (ownKey === UNKNOWN || ownValue === UNKNOWN) return UNKNOWN
    copied.set(ownKey, ownValue)
  }
  return copied
}

function copyRecord(record: object, depth: number): unknown {
  const copied: Record<string, unknown> = {}
  for (const key of Object.keys(record)) {
    const item = copy((record as Record<string, unknown>)[key], depth + 1)
    if (item === UNKNOWN) return UNKNOWN
    put(copied, key, item)
  }
  return copied
}

/** By the name of its kind, so that a Buffer becomes the Uint8Array that it is. */
function copyView(view: ArrayBufferView): unknown {
  const name = Object.prototype.toString.call(view).slice(8, -1)
  const make = (globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => object>)[name]
  if (make === undefined) return UNKNOWN
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice()
  return new make(bytes.buffer)
}
