import { isDecimalText } from './decimal.js'
import type { Decimal, ExpressionValue, OrderedValue, Scalar } from './expression.js'

const MAX_BIGINT_DIGITS = 131_072

/** What each tag takes. */
const TAGS: ReadonlyMap<string, string> = new Map([
  ['$bigint', 'a whole number as text, such as 7'],
  ['$date', 'a date as text, such as 2026-01-31 or 2026-01-31T00:00:00.000Z'],
  ['$decimal', 'a decimal number as text, such as 7.50'],
  ['$number', 'NaN, Infinity, -Infinity or -0 as text'],
])

/** Halves of surrogate pairs, and the one character that PostgreSQL does not store. */
const UNSTORABLE = /[\0\p{Surrogate}]/u

/** The value as an expression holds it; `undefined` where it can be no operand. Takes values and their tagged forms. */
export function toExpressionValue(value: unknown): ExpressionValue | undefined {
  switch (typeof value) {
    case 'string':
      return UNSTORABLE.test(value) ? undefined : value
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : numberTag(value)
    case 'bigint':
      return Object.freeze({ $bigint: String(value) })
    case 'boolean':
      return value
    case 'object':
      return value === null ? null : isDate(value) ? dateTag(value) : readTag(value)
    default:
      return undefined
  }
}

/** The same for the operators that need an order. */
export function toOrderedValue(value: unknown): OrderedValue | undefined {
  const read = toExpressionValue(value)
  return read === null || typeof read === 'boolean' ? undefined : read
}

/** Why a value can be no operand, to follow "received". Says what it is, never the value. */
export function describeOperand(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string')
    return UNSTORABLE.test(value) ? 'a text with U+0000 or a lone surrogate' : 'a text'
  if (isDate(value)) return Number.isNaN(timeOf(value)) ? 'an invalid date' : 'a date'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? describeObject(value) : `a ${typeof value}`
}

/** What the tag of a value takes; `undefined` for a value without one. */
export function allowedInTag(value: unknown): string | undefined {
  return TAGS.get(tagged(value)?.[0] ?? '')
}

/** What is tagged for another thing than it is. A reader of JSON tags texts too, so that the tag alone would mislead. */
function describeObject(value: object): string {
  const [tag, content] = tagged(value) ?? []
  return tag === undefined ? 'an object' : `${describeOperand(content)} that is no ${tag.slice(1)}`
}

function tagged(value: unknown): readonly [tag: string, content: unknown] | undefined {
  const [entry, second] = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const isTagged = second === undefined && TAGS.has(entry?.[0] ?? '') && typeof entry?.[1] !== 'object'
  return isTagged ? entry : undefined
}

/**
 * The value that stands in an expression, untagged: what an adapter binds.
 *
 * @example
 * operandOf({ $bigint: '7' }) // 7n
 * operandOf({ $date: '2026-01-31T00:00:00.000Z' }) // a Date
 * operandOf({ $decimal: '1.00' }) // { $decimal: '1.00' }: decimals stay as they are
 */
export function operandOf(value: ExpressionValue): Scalar {
  if (typeof value !== 'object' || value === null) return value
  if ('$bigint' in value) return BigInt(value.$bigint)
  if ('$date' in value) return new Date(value.$date)
  return '$number' in value ? Number(value.$number) : value
}

/** The milliseconds of a date, also of one from another realm; NaN for an invalid one and for anything else. */
export function timeOf(value: unknown): number {
  try {
    return Date.prototype.getTime.call(value)
  } catch {
    return Number.NaN
  }
}

/** Whether a value is a date; also of another realm, such as a test runner's. */
export function isDate(value: unknown): value is Date {
  return value instanceof Date || Object.prototype.toString.call(value) === '[object Date]'
}

/** Whether a value is a {@link Decimal}. */
export function isDecimal(value: unknown): value is Decimal {
  return typeof value === 'object' && value !== null && isDecimalText((value as Partial<Decimal>).$decimal)
}

function numberTag(value: unknown): ExpressionValue | undefined {
  if (value === 0) return Object.freeze({ $number: '-0' })
  const $number = String(value)
  return $number === 'NaN' || $number === 'Infinity' || $number === '-Infinity'
    ? Object.freeze({ $number })
    : undefined
}

function dateTag(date: Date): ExpressionValue | undefined {
  const time = timeOf(date)
  return Number.isNaN(time) ? undefined : Object.freeze({ $date: new Date(time).toISOString() })
}

/** An object with one own key, that of a tag, whose text is of the right form. */
function readTag(value: object): ExpressionValue | undefined {
  const [[tag, text] = [], second] = Object.entries(value)
  if (typeof text !== 'string' || second !== undefined) return undefined
  switch (tag) {
    case '$bigint':
      return text.length <= MAX_BIGINT_DIGITS && /^-?\d+$/.test(text)
        ? Object.freeze({ $bigint: String(BigInt(text)) })
        : undefined
    case '$date':
      return readDate(text)
    case '$decimal':
      return isDecimalText(text) ? Object.freeze({ $decimal: text }) : undefined
    case '$number':
      return text === '-0' ? numberTag(-0) : numberTag(text)
    default:
      return undefined
  }
}

const DATE = /^([+-]\d{6}|\d{4})-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/

/** A date, or a time with its offset and no more than milliseconds; `undefined` for a day that does not exist. */
function readDate(text: string): ExpressionValue | undefined {
  if (!DATE.test(text)) return undefined
  const [day] = text.split('T')
  const midnight = new Date(`${day}T00:00:00Z`)
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(`${day}T`)) return undefined
  return dateTag(new Date(text))
}
