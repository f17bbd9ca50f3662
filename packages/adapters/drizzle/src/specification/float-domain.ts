import type { Decimal } from '@base/core/expression'
import { specificationOf } from '@base/domain/specification'
import { isDecimal } from './decimal-text.js'
import type { Domain } from './domain.js'
import { positioned } from './position.js'
import type { Subject } from './term.js'

/** `double precision`: NaN equals itself and comes last, as in PostgreSQL. */
export function doubleDomain(subject: Subject): Domain {
  return floatDomain(subject, (value) => value)
}

/** `real`: drizzle reads the shortest decimal that gives the float back, and so an operand of 0.1 equals a stored 0.1. */
export function realDomain(subject: Subject): Domain {
  return floatDomain(subject, (value) => shortestOfReal(Math.fround(value)))
}

/** `held` is the number that is read from the column where this one was stored. */
function floatDomain(subject: Subject, held: (value: number) => number): Domain {
  return positioned(subject, (value) => {
    if (typeof value !== 'number' && typeof value !== 'bigint' && !isDecimal(value)) return undefined
    const nearest = held(Number(isDecimal(value) ? value.$decimal : value))
    return { bound: String(nearest), side: sideOf(nearest, value) }
  })
}

/** Below 0 where the number comes before the operand. */
function sideOf(number: number, value: number | bigint | Decimal): number {
  if (typeof value === 'object') return sideOfDecimal(number, value)
  if (number < value) return -1
  return number > value ? 1 : 0
}

/** As memory compares them: by the decimal that a number is written as. */
function sideOfDecimal(v: number, value: Decimal): number {
  if (specificationOf({ op: 'lessThan', field: 'v', value }).isSatisfiedBy({ v })) return -1
  return specificationOf({ op: 'equals', field: 'v', value }).isSatisfiedBy({ v }) ? 0 : 1
}

/** A float of 32 bits is told from all others by 9 digits. */
const REAL_DIGITS = 9

/** What PostgreSQL writes for a `real`: the decimal with the fewest digits that is read as the same one. */
function shortestOfReal(real: number): number {
  for (let digits = 1; digits < REAL_DIGITS; digits++) {
    const decimal = Number(real.toPrecision(digits))
    if (Math.fround(decimal) === real) return decimal
  }
  return Number(real.toPrecision(REAL_DIGITS))
}
