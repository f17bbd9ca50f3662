import { Guarded } from './guarded.js'

const OBJECT = 32
const FIELD = 16
const NUMBER = 16

/**
 * About how many bytes of memory a value takes: exact for bytes, two for each UTF-16 unit of a text, and what V8 needs for
 * objects, give or take. A part that is found twice is counted twice.
 */
export function sizeOf(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return OBJECT + value.length * 2
    case 'bigint':
      return NUMBER + value.toString(16).length
    case 'object':
      return value === null ? FIELD : sizeOfObject(value)
    default:
      return NUMBER
  }
}

function sizeOfObject(value: object): number {
  if (value instanceof Guarded) return sizeOf(value.content)
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return OBJECT + value.byteLength
  if (value instanceof URL) return OBJECT + value.href.length * 2
  let size = OBJECT
  if (Array.isArray(value) || value instanceof Set) {
    for (const item of value) size += FIELD + sizeOf(item)
  } else if (value instanceof Map) {
    for (const [key, item] of value) size += 2 * FIELD + sizeOf(key) + sizeOf(item)
  } else {
    for (const item of Object.values(value)) size += FIELD + sizeOf(item)
  }
  return size
}
