import { compareDecimals, type DecimalValue, decimalOfNumber, NAN, parseDecimal } from './decimal.js'
import type { Decimal, Scalar } from './expression.js'
import { isDate, isDecimal, timeOf } from './operand.js'

/** Below 0 where a value comes before the operand, 0 where it is equal, above 0 where it comes after; NaN where it is of another kind. */
export type Comparison = (value: unknown) => number

/**
 * Compares values with one operand, as a database does: text by code point, numbers of every kind by their value with
 * NaN last and −0 as 0, dates by the millisecond. Null is equal to null, and comes neither before nor after anything.
 */
export function comparisonWith(operand: Scalar): Comparison {
  if (operand === null) return (value) => (value === null || value === undefined ? 0 : Number.NaN)
  switch (typeof operand) {
    case 'string':
      return comparisonWithText(operand)
    case 'boolean':
      return (value) => (value === operand ? 0 : Number.NaN)
    case 'object':
      return isDate(operand) ? comparisonWithDate(operand) : comparisonWithDecimal(operand)
    default:
      return comparisonWithNumber(operand)
  }
}

/** UTF-16 order is code-point order, unless both texts have units from U+D800 up. */
const HIGH_UNITS = /[\ud800-\uffff]/

function comparisonWithText(operand: string): Comparison {
  const compare = HIGH_UNITS.test(operand) ? compareCodePoints : compareUnits
  return (value) => (typeof value === 'string' ? compare(value, operand) : Number.NaN)
}

function compareUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Compares texts by code point, the order of UTF-8 and of `COLLATE "C"`: U+FFFD comes before U+1F600. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above all others, so they go last. */
function rank(unit: number): number {
  return unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

function comparisonWithDate(operand: Date): Comparison {
  const time = timeOf(operand)
  // An invalid date is NaN, and so of no order.
  return (value) => (isDate(value) ? timeOf(value) - time : Number.NaN)
}

function comparisonWithNumber(operand: number | bigint): Comparison {
  return (value) => {
    if (typeof value === 'number' || typeof value === 'bigint') {
      if (value < operand) return -1
      if (value > operand) return 1
      if (value === operand) return 0
      return Number(isNaNumber(value)) - Number(isNaNumber(operand))
    }
    return isDecimal(value) ? -comparisonWithDecimal(value)(operand) : Number.NaN
  }
}

function isNaNumber(value: number | bigint): boolean {
  return typeof value === 'number' && Number.isNaN(value)
}

function comparisonWithDecimal(operand: Decimal): Comparison {
  const right = parseDecimal(operand.$decimal) ?? NAN
  return (value) => {
    const left = decimalOf(value)
    return left === undefined ? Number.NaN : compareDecimals(left, right)
  }
}

function decimalOf(value: unknown): DecimalValue | undefined {
  if (typeof value === 'string') return parseDecimal(value)
  if (typeof value === 'number' || typeof value === 'bigint') return decimalOfNumber(value)
  return isDecimal(value) ? parseDecimal(value.$decimal) : undefined
}
