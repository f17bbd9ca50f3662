import { isBuiltIn, isPlainObject } from '@base/core/kind'
import { bytesOf, isObject, kindOf } from './object-kind.js'
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
  if (isPlainObject(a)) return isPlainObject(b) && sameRecord(a as PlainRecord, b as PlainRecord, seen)
  if (isBuiltIn(a, 'Map')) return isBuiltIn(b, 'Map') && a.size === b.size && sameMap(a, b, seen)
  if (isBuiltIn(a, 'Set')) return isBuiltIn(b, 'Set') && a.size === b.size && sameSet(a, b, seen)
  if (isBuiltIn(a, 'Date')) return isBuiltIn(b, 'Date') && same(+a, +b, seen)
  return a instanceof URL && b instanceof URL && a.href === b.href
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

/** Each of one has a partner of its own in the other. Those that look alike come first in both, so that it is found soon. */
function sameMembers(left: readonly unknown[], right: readonly unknown[], seen: Seen): boolean {
  const free = byLooks(right)
  return byLooks(left).every((item) => {
    const found = free.findIndex((other) => seen.taken.attempt(() => same(item, other, seen)))
    if (found === -1) return false
    free.splice(found, 1)
    return true
  })
}

/** How far into its members {@link looksOf} goes: to a value in a value object that is the key of a map. */
const LOOK_DEPTH = 3
const LOOK_WIDTH = 8

function byLooks(items: readonly unknown[]): unknown[] {
  if (items.length < 2) return [...items]
  const looks = items.map((item) => ({ item, text: looksOf(item, LOOK_DEPTH) }))
  return looks.sort((a, b) => (a.text < b.text ? -1 : Number(a.text > b.text))).map(({ item }) => item)
}

/** A text of the primitives near the top. It decides nothing: what is equal usually has the same, and other things another. */
function looksOf(value: unknown, depth: number): string {
  if (!isObject(value)) return String(value).slice(0, 64)
  if (depth === 0 || ArrayBuffer.isView(value)) return ''
  const names = Object.keys(Array.isArray(value) ? value.slice(0, LOOK_WIDTH) : value)
  const fields = names
    .sort()
    .slice(0, LOOK_WIDTH)
    .map((name) => {
      const { value: item } = Object.getOwnPropertyDescriptor(value, name) ?? {}
      return `${name}:${looksOf(item, depth - 1)}`
    })
  return `{${fields.join()}}`
}

function sameView(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (kindOf(a) !== kindOf(b) || a.byteLength !== b.byteLength) return false
  const right = bytesOf(b)
  return bytesOf(a).every((byte, index) => byte === right[index])
}

type PlainRecord = Readonly<Record<string, unknown>>

function sameRecord(a: PlainRecord, b: PlainRecord, seen: Seen): boolean {
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key], seen))
}

function isComparable(value: object): value is Comparable {
  return !isPlainObject(value) && typeof (value as Partial<Comparable>).equals === 'function'
}
