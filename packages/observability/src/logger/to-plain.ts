import { MAX_ITEMS } from './limits.js'

/** The first entries of what has entries, by name, and how many more there are. */
export class Entries {
  readonly first: Readonly<Record<string, unknown>>
  readonly more: number

  constructor(first: Readonly<Record<string, unknown>>, more: number) {
    this.first = first
    this.more = more
  }
}

/** Whether it is of no class. */
export function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * What JSON would not show, as something that it does: entries of maps and headers, items of sets, what is in a box. An object
 * that is none of these is given back. No more is looked at than is shown.
 */
export function toPlain(value: object): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value
  if (value instanceof Map) return fromEntries(value)
  if (value instanceof Set) return firstOf(value)
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name}, ${value.byteLength} bytes]`
  if (value instanceof ArrayBuffer) return `[ArrayBuffer, ${value.byteLength} bytes]`
  if (isEntries(value)) return fromEntries(value)
  if (
    value instanceof Number ||
    value instanceof String ||
    value instanceof Boolean ||
    value instanceof BigInt
  ) {
    return value.valueOf()
  }
  if (value instanceof RegExp || value instanceof URL) return String(value)
  if (value instanceof Promise) return '[Promise]'
  return value
}

/** What it gives for JSON; some give themselves. */
export function ownJson(value: object): unknown {
  const { toJSON } = value as { toJSON?: unknown }
  return typeof toJSON === 'function' ? toJSON.call(value, '') : value
}

/** Headers, URLSearchParams and FormData are lists of entries. */
function isEntries(value: object): value is Iterable<readonly [unknown, unknown]> {
  const tag: unknown = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]
  return (tag === 'Headers' || tag === 'URLSearchParams' || tag === 'FormData') && Symbol.iterator in value
}

/** By name where all keys are texts or numbers, or else the entries as a list. */
function fromEntries(entries: Iterable<readonly [unknown, unknown]>): Entries | readonly unknown[] {
  const plain: Record<string, unknown> = Object.create(null)
  const repeated = new Map<string, unknown[]>()
  let count = 0
  for (const [key, value] of entries) {
    if (count === MAX_ITEMS) return new Entries(plain, sizeOf(entries) - MAX_ITEMS)
    if (typeof key !== 'string' && typeof key !== 'number') return firstOf(entries)
    count++
    const name = String(key)
    const values = repeated.get(name)
    if (values !== undefined) values.push(value)
    else if (name in plain) {
      // A name may be there more than once, as in a query.
      const both = [plain[name], value]
      repeated.set(name, both)
      plain[name] = both
    } else plain[name] = value
  }
  return new Entries(plain, 0)
}

/** The first items, in a list that is as long as if it had all: who writes it says how many are missing. */
function firstOf(items: Iterable<unknown>): readonly unknown[] {
  const first: unknown[] = []
  for (const item of items) {
    if (first.length === MAX_ITEMS) {
      first.length = sizeOf(items)
      break
    }
    first.push(item)
  }
  return first
}

/** How many there are; where it is not said they are counted. */
function sizeOf(items: Iterable<unknown>): number {
  const { size } = items as { readonly size?: unknown }
  if (typeof size === 'number') return size
  let counted = 0
  for (const _ of items) counted++
  return counted
}
