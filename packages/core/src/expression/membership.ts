import { comparisonWith } from './compare.js'
import type { Scalar } from './expression.js'
import { isDate, isDecimal, timeOf } from './operand.js'

/**
 * Whether a value is equal to one of a list, in constant time: a set's equality is ours (NaN is NaN, −0 is 0), and
 * numbers and bigints are looked up as each other. Only decimals are compared one by one.
 */
export function membership(list: readonly Scalar[]): (value: unknown) => boolean {
  const scalars = new Set<unknown>(list)
  const times = new Set(list.filter(isDate).map(timeOf))
  const decimals = list.filter(isDecimal).map(comparisonWith)
  // A text operand is equal to a text alone, whatever it spells.
  const others = list.filter((operand) => typeof operand !== 'string')
  const isDecimalIn = (value: unknown) => decimals.some((compare) => compare(value) === 0)
  return (value) => {
    switch (typeof value) {
      case 'string':
        return scalars.has(value) || isDecimalIn(value)
      case 'number':
        return (
          scalars.has(value) || (Number.isInteger(value) && scalars.has(BigInt(value))) || isDecimalIn(value)
        )
      case 'bigint':
        return scalars.has(value) || hasAsNumber(scalars, value) || isDecimalIn(value)
      case 'object':
        if (value === null) return scalars.has(null)
        return isDate(value) ? times.has(timeOf(value)) : isDecimal(value) && others.some(equals(value))
      default:
        return scalars.has(value ?? null)
    }
  }
}

function hasAsNumber(scalars: ReadonlySet<unknown>, value: bigint): boolean {
  const number = Number(value)
  return Number.isFinite(number) && BigInt(number) === value && scalars.has(number)
}

function equals(value: Scalar): (operand: Scalar) => boolean {
  const compare = comparisonWith(value)
  return (operand) => compare(operand) === 0
}
