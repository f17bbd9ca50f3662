import { isOf } from './built-in.js'
import { SECRET, toShownText } from './public-text.js'

/** What JSON can carry. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

const MAX_DEPTH = 8
const MAX_VALUES = 1_000

/** Names, without separators, whose values are secrets wherever they stand: `newPassword` and `x-api-keys` as well. */
const SECRET_NAME =
  /^(pwd|bearer|(db)?pass)s?$|(pass(word|wd|phrase)(hash|confirm(ation)?)?|credential|secret(key)?|(?<!page|next|prev|sync|continuation|previous|pagination|cursor|resume|fencing|max)token|(api|access|private|encryption|signing)key)s?$|(authorization|cookie)$/i

const UNREADABLE = '[unreadable]'

/** How many values may still be copied. */
interface Budget {
  left: number
}

/**
 * A plain copy for the outside: errors lose text and stack, secrets their value, and what JSON cannot carry becomes
 * text. Bounded in depth and in the number of values, so that no input can make it large; never throws, whatever a
 * getter or a proxy does.
 */
export function toPublicJson(record: Readonly<Record<string, unknown>>): Readonly<Record<string, JsonValue>> {
  try {
    return copyEntries(record, [], { left: MAX_VALUES })
  } catch {
    return {}
  }
}

function copyEntries(record: object, parents: readonly object[], budget: Budget): Record<string, JsonValue> {
  const within = [...parents, record]
  const entries: [string, JsonValue][] = []
  for (const name of Object.keys(record)) {
    if (--budget.left < 0) break
    entries.push([name, copyProperty(record, name, within, budget)])
  }
  return Object.fromEntries(entries)
}

function copyProperty(record: object, name: string, parents: readonly object[], budget: Budget): JsonValue {
  try {
    const value = (record as Record<string, unknown>)[name]
    return isSecret(name, value) ? SECRET : copy(value, parents, budget)
  } catch {
    return UNREADABLE
  }
}

function copy(value: unknown, parents: readonly object[], budget: Budget): JsonValue {
  switch (typeof value) {
    case 'string':
      return toShownText(value)
    case 'boolean':
      return value
    case 'number':
      // JSON has no −0.
      return Number.isFinite(value) ? value + 0 : String(value)
    case 'bigint':
      return String(value)
    case 'object':
      return value === null ? null : copyObject(value, parents, budget)
    default:
      // undefined, a function, a symbol: nothing that a reader outside could use.
      return null
  }
}

function copyObject(value: object, parents: readonly object[], budget: Budget): JsonValue {
  if (parents.includes(value)) return '[circular]'
  if (parents.length >= MAX_DEPTH) return '[too deep]'
  if (isOf(value, 'Error')) return '[error]'
  if (ArrayBuffer.isView(value) || isOf(value, 'ArrayBuffer')) return '[binary]'
  // One that only calls itself so has fields like any other.
  const isIterable = Symbol.iterator in value
  if (Array.isArray(value) || (isIterable && isOf(value, 'Set')))
    return copyItems(value as Set<unknown>, parents, budget)
  if (isIterable && isOf(value, 'Map'))
    return copyEntries(Object.fromEntries(value as Map<string, unknown>), parents, budget)
  // Dates, secrets and value objects know best how they print.
  const { toJSON } = value as { toJSON?: unknown }
  const own: unknown = typeof toJSON === 'function' ? toJSON.call(value) : value
  return own === value ? copyEntries(value, parents, budget) : copy(own, [...parents, value], budget)
}

function copyItems(
  items: Iterable<unknown> & object,
  parents: readonly object[],
  budget: Budget,
): readonly JsonValue[] {
  const within = [...parents, items]
  const copies: JsonValue[] = []
  for (const item of items) {
    if (--budget.left < 0) break
    copies.push(copy(item, within, budget))
  }
  return copies
}

/**
 * Whether there is one is none. Of a plural, such as `tokens`, a number is none, nor an object of numbers: they say how many
 * there are.
 */
function isSecret(name: string, value: unknown): boolean {
  if (typeof (value ?? false) === 'boolean') return false
  return SECRET_NAME.test(name.replace(/[^a-z]/gi, '')) && !(/[^s]s$/i.test(name) && isCount(value))
}

function isCount(value: unknown): boolean {
  if (!(value instanceof Object)) return isNumber(value)
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isNumber)
}

function isNumber(value: unknown): boolean {
  return /number|bigint/.test(typeof value)
}
