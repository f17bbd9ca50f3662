import { TakenAsEqual } from './taken-as-equal.js'

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
  return same(a, b, { taken: new TakenAsEqual(), asked: new Map() })
}

interface Seen {
  /** Plain things, as far as the rest of them is equal. */
  readonly taken: TakenAsEqual
  /** Instances, and the one that each said last it equals; their word is for the two alone. */
  readonly asked: Map<object, object>
}

function same(a: unknown, b: unknown, seen: Seen): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true
  if (!isObject(a) || !isObject(b)) return false
  // Before its own equals: that of a Buffer throws for what is none, and takes a Uint8Array, which has no equals.
  if (ArrayBuffer.isView(a)) return ArrayBuffer.isView(b) && sameView(a, b)
  if (isComparable(a)) return saysEqual(a, b, seen)
  // Met again on the way down: equal as far as the rest is.
  return !seen.taken.take(a, b) || sameObject(a, b, seen)
}

function saysEqual(a: Comparable, b: object, { asked }: Seen): boolean {
  if (asked.get(a) === b) return true
  const isEqual = a.equals(b) === true
  if (isEqual) asked.set(a, b)
  return isEqual
}

function sameObject(a: object, b: object, seen: Seen): boolean {
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i], seen))
  if (a instanceof Date) return b instanceof Date && same(a.getTime(), b.getTime(), seen)
  if (a instanceof Map) return b instanceof Map && a.size === b.size && sameMap(a, b, seen)
  if (a instanceof Set) return b instanceof Set && a.size === b.size && sameSet(a, b, seen)
  if (a instanceof URL) return b instanceof URL && a.href === b.href
  return (
    isPlain(a) && isPlain(b) && sameRecord(a as Record<string, unknown>, b as Record<string, unknown>, seen)
  )
}

/** A primitive equals itself alone, so that one look finds it; only objects have to be searched. */
function sameSet(a: ReadonlySet<unknown>, b: ReadonlySet<unknown>, seen: Seen): boolean {
  const [left, right] = [[...a], [...b]]
  return (
    left.every((item) => isObject(item) || b.has(item)) &&
    sameMembers(left.filter(isObject), right.filter(isObject), seen)
  )
}

/** As {@link sameSet}, by the keys. */
function sameMap(a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>, seen: Seen): boolean {
  const [left, right] = [[...a], [...b]]
  return (
    left.every(([key, item]) => isObject(key) || (b.has(key) && same(item, b.get(key), seen))) &&
    sameMembers(left.filter(hasObjectKey), right.filter(hasObjectKey), seen)
  )
}

function hasObjectKey([key]: readonly [unknown, unknown]): boolean {
  return isObject(key)
}

/** Each of one has a partner of its own in the other; in the same order, the usual case, it is found at once. */
function sameMembers(left: readonly unknown[], right: readonly unknown[], seen: Seen): boolean {
  const free = [...right]
  return left.every((item) => {
    const found = free.findIndex((other) => seen.taken.attempt(() => same(item, other, seen)))
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

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isComparable(value: object): value is Comparable {
  return !isPlain(value) && typeof (value as Partial<Comparable>).equals === 'function'
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
