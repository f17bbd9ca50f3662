import { isBuiltIn, isPlainObject } from '@base/core/kind'
import { invalidOption } from '@base/core/options'

const MAX_DEPTH = 100

/**
 * Arguments as a text that is the same for equal arguments, and for no others: keys of objects, and what is in maps and
 * sets, in a fixed order; each type in a form of its own.
 *
 * @throws InvalidOptionError for a function, a symbol, an instance of a class without `cacheKey`, and a circle.
 */
export function canonicalArguments(args: readonly unknown[]): string {
  return `(${args.map((arg) => canonical(arg, 0)).join(',')})`
}

function canonical(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'bigint':
      return `${value}n`
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'object':
      return value === null ? 'null' : canonicalObject(value, depth)
    default:
      throw refuse(value, 'no function and no symbol')
  }
}

function canonicalObject(value: object, depth: number): string {
  if (depth === MAX_DEPTH) throw refuse('something nested deeper than 100', 'no circle')
  const inner = (item: unknown) => canonical(item, depth + 1)
  if (isPlainObject(value)) return canonicalRecord(value, inner)
  // What extends an array or a date may have one as well.
  if ('cacheKey' in value) return canonicalInstance(value)
  if (Array.isArray(value)) return `[${Array.from(value, inner).join(',')}]`
  if (isBuiltIn(value, 'Date')) return `Date(${value.getTime()})`
  if (value instanceof URL) return `URL(${JSON.stringify(value.href)})`
  if (value instanceof RegExp) return `RegExp(${JSON.stringify(String(value))})`
  if (isBuiltIn(value, 'Set')) return `Set(${Array.from(value, inner).sort().join(',')})`
  if (isBuiltIn(value, 'Map')) {
    return `Map(${Array.from(value, ([key, item]) => `${inner(key)}=>${inner(item)}`)
      .sort()
      .join(',')})`
  }
  if (ArrayBuffer.isView(value)) {
    const kind = Object.prototype.toString.call(value).slice(8, -1)
    return `${kind}(${new Uint8Array(value.buffer, value.byteOffset, value.byteLength).join(',')})`
  }
  return canonicalInstance(value)
}

function canonicalRecord(record: object, inner: (item: unknown) => string): string {
  const fields = Object.keys(record)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${inner((record as Record<string, unknown>)[key])}`)
  return `{${fields.join(',')}}`
}

function canonicalInstance(value: object): string {
  const { cacheKey } = value as { cacheKey?: unknown }
  const key = typeof cacheKey === 'function' ? (cacheKey.call(value) as unknown) : cacheKey
  if (typeof key === 'string') return `${value.constructor?.name ?? ''}#${JSON.stringify(key)}`
  throw refuse(value, 'no instance of a class without a cacheKey')
}

function refuse(received: unknown, allowed: string): Error {
  return invalidOption(
    received,
    { package: '@base/cache', pattern: 'Cache.cached', option: 'arguments' },
    allowed,
  )
}
