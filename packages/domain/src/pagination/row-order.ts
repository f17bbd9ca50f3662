import { compareCodePoints } from '@base/core/expression'
import { isBuiltIn } from '@base/core/kind'
import type { OrderKey } from './order.js'

/** Compares the keys of two rows, one value for each key of the order. */
export function compareKeys(
  order: readonly OrderKey[],
  a: readonly unknown[],
  b: readonly unknown[],
): number {
  for (const [index, key] of order.entries()) {
    const result = compareKey(key, a[index], b[index])
    if (result !== 0) return result
  }
  return 0
}

function compareKey({ direction, nulls }: OrderKey, a: unknown, b: unknown): number {
  const leftNull = a === null || a === undefined
  const rightNull = b === null || b === undefined
  if (leftNull && rightNull) return 0
  if (leftNull || rightNull) return leftNull === (nulls === 'first') ? -1 : 1
  return direction === 'asc' ? compareValues(a, b) : compareValues(b, a)
}

/** Values of different kinds have no order of their own; they get one, so that an order is always total. */
const KINDS = ['boolean', 'number', 'string', 'object']

function compareValues(a: unknown, b: unknown): number {
  const left = plain(a)
  const right = plain(b)
  const kind = KINDS.indexOf(kindOf(left)) - KINDS.indexOf(kindOf(right))
  if (kind !== 0) return kind
  return typeof left === 'string'
    ? compareCodePoints(left, right as string)
    : compareNumbers(left, right as number)
}

type Plain = string | number | bigint | boolean

/** Dates by their time, other objects by their text. */
function plain(value: unknown): Plain {
  if (typeof value !== 'object') return value as Plain
  return isBuiltIn(value, 'Date') ? value.getTime() : String(value)
}

function kindOf(value: Plain): string {
  return typeof value === 'bigint' ? 'number' : typeof value
}

function compareNumbers(a: Plain, b: Plain): number {
  if (a < b) return -1
  if (a > b) return 1
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}
