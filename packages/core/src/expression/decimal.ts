import { ValidationError } from '../errors/validation-error.js'
import type { Decimal } from './expression.js'

/** What PostgreSQL's `numeric` can hold. */
const MAX_INTEGER_DIGITS = 131_072
const MAX_FRACTION_DIGITS = 16_383

/**
 * The value `± 0.digits × 10^point`: `-12.50` is `{ sign: -1, point: 2, digits: '125' }`, and 0 is `{ sign: 0, point: 0, digits: '' }`.
 */
export interface DecimalValue {
  /** 0 for zero alone. */
  readonly sign: -1 | 0 | 1
  /** Where the decimal point stands, counted from the first digit; below 0 for zeros between them. */
  readonly point: number
  /** Decimal digits; begins and ends with no zero. */
  readonly digits: string
}

/**
 * A decimal number as an operand, exact to the last digit, in memory and in SQL: for columns that are read as text or
 * as numbers. `1.0` is `1.00`. A field that is a text compares by the number it spells; one that spells none, by nothing.
 *
 * @example
 * const expression: Expression = { op: 'greaterThanOrEqual', field: 'balance', value: decimal('1000.00') }
 * compileExpression(expression)({ balance: '1000.0' }) // true
 *
 * @throws `ValidationError` where the text is no decimal number, or has more than 131,072 digits before the point or
 * 16,383 after it.
 */
export function decimal(text: string): Decimal {
  if (isDecimalText(text)) return Object.freeze({ $decimal: text })
  throw new ValidationError({ issues: [{ path: '', message: 'decimal takes a decimal number as text' }] })
}

/**
 * The value of a decimal operand, exact, whichever way it is written. For those who write an adapter: a database may not take
 * all spellings.
 *
 * @example
 * decimalValue(decimal('0012.50')) // { sign: 1, point: 2, digits: '125' }
 *
 * @throws `ValidationError` where it is no operand that {@link decimal} makes.
 */
export function decimalValue(operand: Decimal): DecimalValue {
  const text: unknown = operand?.$decimal
  const value = isDecimalText(text) ? parseDecimal(text) : undefined
  if (value !== undefined) return value
  throw new ValidationError({ issues: [{ path: '$decimal', message: 'has to be a decimal number as text' }] })
}

/** Whether a text is a finite decimal number that a database can hold. */
export function isDecimalText(text: unknown): text is string {
  const value = typeof text === 'string' ? parseDecimal(text) : undefined
  return (
    value !== undefined &&
    value !== NAN &&
    value.point <= MAX_INTEGER_DIGITS &&
    value.digits.length - value.point <= MAX_FRACTION_DIGITS
  )
}

/** NaN, which comes after all other numbers. */
export const NAN: DecimalValue = { sign: 1, point: Number.NaN, digits: '' }

const ZERO: DecimalValue = { sign: 0, point: 0, digits: '' }

/** The words for what is not finite, as both JavaScript and PostgreSQL write them. */
const WORDS: ReadonlyMap<string, DecimalValue> = new Map([
  ['NaN', NAN],
  ['Infinity', { sign: 1, point: Number.POSITIVE_INFINITY, digits: '' }],
  ['-Infinity', { sign: -1, point: Number.POSITIVE_INFINITY, digits: '' }],
])

const FORM = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,9}))?$/i

/** The value of a decimal text; `undefined` where it is none. */
export function parseDecimal(text: string): DecimalValue | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = FORM.exec(text) ?? []
  if (whole === '' && fraction === '') return WORDS.get(text)
  const all = whole + fraction
  let first = 0
  while (all[first] === '0') first++
  let end = all.length
  while (end > first && all[end - 1] === '0') end--
  if (first === end) return ZERO
  return {
    sign: sign === '-' ? -1 : 1,
    point: whole.length - first + Number(exponent),
    digits: all.slice(first, end),
  }
}

/** A number by its value: a whole one exactly, any other as the shortest decimal that JavaScript writes for it. */
export function decimalOfNumber(value: number | bigint): DecimalValue | undefined {
  return parseDecimal(String(Number.isInteger(value) ? BigInt(value) : value))
}

/** Below 0 where `a` is less than `b`, above 0 where it is more. */
export function compareDecimals(a: DecimalValue, b: DecimalValue): number {
  if (a === NAN || b === NAN) return Number(a === NAN) - Number(b === NAN)
  if (a.sign !== b.sign) return a.sign - b.sign
  if (a.point !== b.point) return a.point < b.point ? -a.sign : a.sign
  if (a.digits === b.digits) return 0
  return a.digits < b.digits ? -a.sign : a.sign
}
