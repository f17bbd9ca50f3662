import { UnsupportedError } from '../errors/errors.js'
import { isBuiltIn } from '../kind/is-built-in.js'
import { isPlainObject } from '../kind/is-plain-object.js'
import { toBase64 } from './base64.js'
import type { CodecType } from './codec-type.js'
import { levelsOf } from './levels-of.js'
import { isBuffer, VIEWS } from './views.js'

/** Nested deeper than this is taken for a cycle; it is also where a recursion is still far from the stack's end. */
const MAX_DEPTH = 500

/** Whether `JSON.stringify` alone carries a value: no special type, no key that looks like a tag, no `toJSON`. */
export function isPlainJson(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
    case 'object':
      if (value === null) return true
      if (depth === MAX_DEPTH) return false
      return Array.isArray(value) ? isPlainArray(value, depth) : isPlainRecord(value, depth)
    default:
      return false
  }
}

function isPlainArray(value: readonly unknown[], depth: number): boolean {
  // Quicker to ask than its prototype; JSON.stringify would heed what a class of its own says.
  const type: unknown = value.constructor
  if (type !== Array || hasToJson(value)) return false
  for (let index = 0; index < value.length; index++) {
    if (!isPlainJson(value[index], depth + 1)) return false
  }
  return true
}

function isPlainRecord(value: object, depth: number): boolean {
  if (Object.getPrototypeOf(value) !== Object.prototype || hasToJson(value)) return false
  for (const key of Object.keys(value)) {
    if (key.startsWith('$') || !isPlainJson((value as Record<string, unknown>)[key], depth + 1)) return false
  }
  return true
}

/** Whether JSON.stringify would write what this says instead, also where it is not enumerable. */
function hasToJson(value: object): boolean {
  return typeof (value as { readonly toJSON?: unknown }).toJSON === 'function'
}

/** Where a value stands: a list from the inside out, so that a step costs the same at any depth. */
interface Place {
  readonly key: string | number
  readonly outer: Place | undefined
  readonly depth: number
}

/** The value as plain JSON with tags; shares nothing with it that could change. */
export function toTagged(value: unknown, types: readonly CodecType[]): unknown {
  return tag(value, types, undefined)
}

function tag(value: unknown, types: readonly CodecType[], place: Place | undefined): unknown {
  if (place !== undefined && place.depth > MAX_DEPTH)
    throw unsupported('nested too deep, or circular', outermost(place, 5))
  const type = types.find((candidate) => candidate.is(value))
  if (type !== undefined) {
    return { $type: [type.name, tag(type.toValue(value), types, within(place, `(${type.name})`))] }
  }
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: nameOf(value) }
    case 'bigint':
      return { $bigint: String(value) }
    case 'undefined':
      return { $undefined: true }
    case 'object':
      return value === null ? null : tagObject(value, types, place)
    default:
      throw unsupported(`a ${typeof value}`, place)
  }
}

function nameOf(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function tagObject(value: object, types: readonly CodecType[], place: Place | undefined): unknown {
  const inner = (item: unknown, key: string | number) => tag(item, types, within(place, key))
  if (Array.isArray(value)) return Array.from(value, inner)
  if (isPlainObject(value)) return tagRecord(value, inner)
  if (isBuiltIn(value, 'Date')) return { $date: dateText(itself(value, Date, place)) }
  if (isBuiltIn(value, 'Map')) {
    const pairs = itself(value, Map, place)
    return { $map: Array.from(pairs, ([key, item], index) => [inner(key, index), inner(item, index)]) }
  }
  if (isBuiltIn(value, 'Set')) return { $set: Array.from(itself(value, Set, place), inner) }
  if (value instanceof URL) return { $url: itself(value, URL, place).href }
  if (isBuiltIn(value, 'ArrayBuffer')) {
    return { $bytes: ['ArrayBuffer', toBase64(new Uint8Array(itself(value, ArrayBuffer, place)))] }
  }
  if (ArrayBuffer.isView(value)) return { $bytes: tagView(value, place) }
  throw unregistered(value, place)
}

function tagRecord(value: object, inner: (item: unknown, key: string) => unknown): unknown {
  const entries = Object.entries(value)
  // Built without a prototype, so that a key named __proto__ is a key like any other.
  const record: Record<string, unknown> = Object.create(null)
  for (const [key, item] of entries) record[key] = inner(item, key)
  return entries.some(([key]) => key.startsWith('$')) ? { $object: record } : record
}

/** The name and the bytes of a view. What it is beside stands behind them, where older versions do not look. */
function tagView(view: ArrayBufferView, place: Place | undefined): readonly string[] {
  const name = Object.prototype.toString.call(view).slice(8, -1)
  if (!Object.hasOwn(VIEWS, name)) throw unsupported(`a ${name}`, place)
  const tagged = [name, toBase64(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))]
  if (isBuffer(view)) return [...tagged, 'Buffer']
  if (levelsOf(view) !== (name === 'DataView' ? 2 : 3)) throw unregistered(view, place)
  return tagged
}

function dateText(date: Date): string | null {
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

/** An instance of a class itself, also of another realm's; refused where its class only extends that one. */
function itself<T extends object>(value: T, type: unknown, place: Place | undefined): T {
  if (value.constructor === type || levelsOf(value) === 2) return value
  throw unregistered(value, place)
}

function unregistered(value: object, place: Place | undefined): UnsupportedError {
  return unsupported(`an instance of ${value.constructor?.name ?? 'a class'} that is not registered`, place)
}

function unsupported(what: string, place: Place | undefined): UnsupportedError {
  const where = place === undefined ? 'The value' : `The value at '${pathOf(place)}'`
  return new UnsupportedError({ message: `${where} cannot be encoded: it is ${what}.` })
}

function within(outer: Place | undefined, key: string | number): Place {
  return { key, outer, depth: (outer?.depth ?? 0) + 1 }
}

function outermost(place: Place, depth: number): Place {
  let found = place
  while (found.depth > depth && found.outer !== undefined) found = found.outer
  return found
}

function pathOf({ outer, key }: Place): string {
  return outer === undefined ? String(key) : `${pathOf(outer)}.${key}`
}
