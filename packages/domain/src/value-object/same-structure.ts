/** A thing that says by itself what it equals: an entity, a value object, a decimal of some library. */
interface Comparable {
  equals(other: unknown): unknown
}

/**
 * Whether two values are the same by what they hold: primitives as in a `Set` (NaN is NaN, −0 is 0), dates by their time,
 * arrays in order, maps and sets in any order, plain objects by their own keys (an `undefined` one differs from none),
 * views and buffers by their bytes, URLs by their text. Instances of a class are asked with their own `equals`; without
 * one, only the same instance is the same. Cycles are compared to their end.
 */
export function sameStructure(a: unknown, b: unknown): boolean {
  return same(a, b, new Map())
}

type Seen = Map<object, object>

function same(a: unknown, b: unknown, seen: Seen): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  // Met again on the way down: equal as far as the rest is.
  if (seen.get(a) === b) return true
  seen.set(a, b)
  // Before its own equals: that of a Buffer throws for what is none, and takes a Uint8Array, which has no equals.
  if (ArrayBuffer.isView(a)) return ArrayBuffer.isView(b) && sameView(a, b)
  return isComparable(a) ? a.equals(b) === true : sameObject(a, b, seen)
}

function sameObject(a: object, b: object, seen: Seen): boolean {
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i], seen))
  if (a instanceof Date) return b instanceof Date && same(a.getTime(), b.getTime(), seen)
  if (a instanceof Map) return b instanceof Map && a.size === b.size && sameMembers([...a], [...b], seen)
  if (a instanceof Set) return b instanceof Set && a.size === b.size && sameMembers([...a], [...b], seen)
  if (a instanceof URL) return b instanceof URL && a.href === b.href
  return (
    isPlain(a) && isPlain(b) && sameRecord(a as Record<string, unknown>, b as Record<string, unknown>, seen)
  )
}

/** Each of one has a partner of its own in the other; in the same order, the usual case, it is found at once. */
function sameMembers(left: readonly unknown[], right: readonly unknown[], seen: Seen): boolean {
  const free = [...right]
  return left.every((item, index) => {
    const near = index - (left.length - free.length)
    const found = same(item, free[near], new Map(seen))
      ? near
      : free.findIndex((other) => same(item, other, new Map(seen)))
    if (found === -1) return false
    free.splice(found, 1)
    return true
  })
}

function sameView(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (kindOf(a) !== kindOf(b) || a.byteLength !== b.byteLength) return false
  const left = new Uint8Array(a.buffer, a.byteOffset, a.byteLength)
  const right = new Uint8Array(b.buffer, b.byteOffset, b.byteLength)
  return left.every((byte, index) => byte === right[index])
}

/** A `Buffer` is a Uint8Array, which it comes back as from a codec. */
function kindOf(view: ArrayBufferView): string {
  return Object.prototype.toString.call(view)
}

function sameRecord(a: Record<string, unknown>, b: Record<string, unknown>, seen: Seen): boolean {
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key], seen))
}

function isComparable(value: object): value is Comparable {
  return !isPlain(value) && typeof (value as Partial<Comparable>).equals === 'function'
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
