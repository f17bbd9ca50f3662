import { UnsupportedError } from '../errors/errors.js'
import { isBuiltIn } from '../kind/is-built-in.js'
import { isPlainObject } from '../kind/is-plain-object.js'
import { toBase64 } from './base64.js'
import type { CodecType } from './codec-type.js'
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

/** The steps from the whole value to the one that is looked at, kept for the messages. */
type Path = (string | number)[]

/** The value as plain JSON with tags; shares nothing with it that could change. */
export function toTagged(value: unknown, types: readonly CodecType[]): unknown {
  return tag(value, types, [])
}

function tag(value: unknown, types: readonly CodecType[], path: Path): unknown {
  for (const type of types) {
    if (!type.is(value)) continue
    return { $type: [type.name, tagWithin(`(${type.name})`, type.toValue(value), types, path)] }
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
      return value === null ? null : tagObject(value, types, path)
    default:
      throw unsupported(`a ${typeof value}`, path)
  }
}

function tagWithin(step: string | number, value: unknown, types: readonly CodecType[], path: Path): unknown {
  path.push(step)
  if (path.length > MAX_DEPTH) throw unsupported('nested too deep, or circular', path.slice(0, 5))
  const tagged = tag(value, types, path)
  path.pop()
  return tagged
}

function nameOf(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function tagObject(value: object, types: readonly CodecType[], path: Path): unknown {
  const inner = (item: unknown, step: number) => tagWithin(step, item, types, path)
  if (Array.isArray(value)) return Array.from(value, inner)
  if (isPlainObject(value)) return tagRecord(value as Readonly<Record<string, unknown>>, types, path)
  if (isBuiltIn(value, 'Date')) return { $date: dateText(itself(value, Date, path)) }
  if (isBuiltIn(value, 'Map')) {
    const pairs = itself(value, Map, path)
    return { $map: Array.from(pairs, ([key, item], index) => [inner(key, index), inner(item, index)]) }
  }
  if (isBuiltIn(value, 'Set')) return { $set: Array.from(itself(value, Set, path), inner) }
  if (value instanceof URL) return { $url: itself(value, URL, path).href }
  if (isBuiltIn(value, 'ArrayBuffer')) {
    return { $bytes: ['ArrayBuffer', toBase64(new Uint8Array(itself(value, ArrayBuffer, path)))] }
  }
  if (ArrayBuffer.isView(value)) return { $bytes: tagView(value, path) }
  throw unregistered(value, path)
}

function tagRecord(
  value: Readonly<Record<string, unknown>>,
  types: readonly CodecType[],
  path: Path,
): unknown {
  const record: Record<string, unknown> = {}
  let looksTagged = false
  for (const key of Object.keys(value)) {
    const tagged = tagWithin(key, value[key], types, path)
    // Defined where an object has it already: a key named __proto__ is a key like any other.
    if (key in record) Object.defineProperty(record, key, { value: tagged, enumerable: true })
    else record[key] = tagged
    looksTagged ||= key.startsWith('$')
  }
  return looksTagged ? { $object: record } : record
}

/** The name and the bytes of a view. What it is beside stands behind them, where older versions do not look. */
function tagView(view: ArrayBufferView, path: Path): readonly string[] {
  const name = Object.prototype.toString.call(view).slice(8, -1)
  if (!Object.hasOwn(VIEWS, name)) throw unsupported(`a ${name}`, path)
  const tagged = [name, toBase64(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))]
  if (isBuffer(view)) return [...tagged, 'Buffer']
  if (levelsOf(view) !== (name === 'DataView' ? 2 : 3)) throw unregistered(view, path)
  return tagged
}

function dateText(date: Date): string | null {
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

/** An instance of a class itself, also of another realm's; refused where its class only extends that one. */
function itself<T extends object>(value: T, type: unknown, path: Path): T {
  if (value.constructor === type || levelsOf(value) === 2) return value
  throw unregistered(value, path)
}

/** How many prototypes an instance of its class has; a Date of fake timers names the real one as its class. */
function levelsOf(instance: object): number {
  let levels = 0
  let at: unknown = instance.constructor?.prototype
  for (; typeof at === 'object' && at !== null; levels++) at = Object.getPrototypeOf(at)
  return levels
}

function unregistered(value: object, path: Path): UnsupportedError {
  return unsupported(`an instance of ${value.constructor?.name || 'a class'} that is not registered`, path)
}

function unsupported(what: string, path: Path): UnsupportedError {
  const where = path.length === 0 ? 'The value' : `The value at '${path.join('.')}'`
  return new UnsupportedError({ message: `${where} cannot be encoded: it is ${what}.` })
}
