import { isPlainObject } from '@base/core/kind'

/** Deeper than this the codec refuses; it also names what is wrong with a circle. */
const MAX_DEPTH = 500

/** Stands for a value with a part that {@link copyKnown} does not know. */
export const UNKNOWN: unique symbol = Symbol('unknown')

/**
 * What is not copied besides: of a `codec` that may know it as a class of its own, `Buffer`; where it is to be `whole`, what has
 * more than its copy would; where it is to be `frozen`, all but plain objects and arrays.
 */
export type CopyMode = 'data' | 'codec' | 'whole' | 'frozen'

/**
 * A deep copy of what is made of primitives, plain objects, arrays, `Map`, `Set`, `Date`, `URL`, typed arrays and buffers;
 * {@link UNKNOWN} where anything else is in it. The types that come back are those that the codec gives, so that a value is
 * the same whichever layer it comes from.
 */
export function copyKnown(value: unknown, mode: CopyMode, depth = 0): unknown {
  if (depth > MAX_DEPTH) return UNKNOWN
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'function' || typeof value === 'symbol' ? UNKNOWN : value
  }
  if (mode === 'whole' && hasMore(value)) return UNKNOWN
  if (isPlainArray(value)) return copyAll(value, mode, depth)
  if (isPlainObject(value)) return copyRecord(value, mode, depth)
  if (mode === 'frozen') return UNKNOWN
  if (ArrayBuffer.isView(value)) return copyView(value, mode)
  return copyBuiltIn(value, mode, depth)
}

/** Whether a copy would lose something of it: a symbol, what is not enumerable, a gap, a field beside the items, no prototype. */
function hasMore(value: object): boolean {
  // The bytes of a view are keys of it, and may be very many.
  if (ArrayBuffer.isView(value)) return false
  const keys = Reflect.ownKeys(value)
  // The items come first.
  if (Array.isArray(value)) return keys.length !== value.length + 1 || keys[value.length] !== 'length'
  const copied = isPlainObject(value) ? Object.keys(value) : []
  return keys.length !== copied.length || Object.getPrototypeOf(value) === null
}

/** Whether it is an array of no class that extends it, also one of another realm: only their prototypes are arrays themselves. */
function isPlainArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && Array.isArray(Object.getPrototypeOf(value))
}

/** Those of another realm are left to the codec. */
function copyBuiltIn(value: object, mode: CopyMode, depth: number): unknown {
  switch (Object.getPrototypeOf(value)) {
    case Date.prototype:
      return new Date((value as Date).getTime())
    case Map.prototype:
      return copyMap(value as Map<unknown, unknown>, mode, depth)
    case Set.prototype: {
      const items = copyAll([...(value as Set<unknown>)], mode, depth)
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

function copyAll(items: readonly unknown[], mode: CopyMode, depth: number): unknown {
  const copied = new Array<unknown>(items.length)
  for (let index = 0; index < items.length; index++) {
    const item = copyKnown(items[index], mode, depth + 1)
    if (item === UNKNOWN) return UNKNOWN
    copied[index] = item
  }
  return mode === 'frozen' ? Object.freeze(copied) : copied
}

function copyMap(map: Map<unknown, unknown>, mode: CopyMode, depth: number): unknown {
  const copied = new Map<unknown, unknown>()
  for (const [key, value] of map) {
    const ownKey = copyKnown(key, mode, depth + 1)
    const ownValue = copyKnown(value, mode, depth + 1)
    if (ownKey === UNKNOWN || ownValue === UNKNOWN) return UNKNOWN
    copied.set(ownKey, ownValue)
  }
  return copied
}

function copyRecord(record: object, mode: CopyMode, depth: number): unknown {
  const copied: Record<string, unknown> = {}
  for (const key of Object.keys(record)) {
    const item = copyKnown((record as Record<string, unknown>)[key], mode, depth + 1)
    if (item === UNKNOWN) return UNKNOWN
    put(copied, key, item)
  }
  return mode === 'frozen' ? Object.freeze(copied) : copied
}

/** A view of a class that nobody knows is left to the codec. */
function copyView(view: ArrayBufferView, mode: CopyMode): unknown {
  const name = Object.prototype.toString.call(view).slice(8, -1)
  const make = (globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => object>)[name]
  const prototype: unknown = Object.getPrototypeOf(view)
  const { Buffer } = globalThis
  const isBuffer = mode !== 'codec' && Buffer !== undefined && prototype === Buffer.prototype
  if (make === undefined || (prototype !== make.prototype && !isBuffer)) return UNKNOWN
  const { buffer } = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice()
  return isBuffer ? Buffer.from(buffer) : new make(buffer)
}

/** Assigning to `__proto__` would set the prototype; here it is a key like any other. */
function put(record: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(record, key, { value, enumerable: true, writable: true, configurable: true })
  else record[key] = value
}
