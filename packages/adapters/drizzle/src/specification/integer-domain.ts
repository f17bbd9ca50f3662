import { type Decimal, decimalValue } from '@base/core/expression'
import { isDecimal } from './decimal-text.js'
import type { Domain, Value } from './domain.js'
import { type Position, positioned } from './position.js'
import type { Subject } from './term.js'

/** Whole numbers of so many bits. */
export function integerDomain(subject: Subject, bits: 16 | 32 | 64): Domain {
  const max = 2n ** BigInt(bits - 1) - 1n
  const min = -max - 1n
  return positioned(subject, (value) => {
    // A comparison of a number with a bigint is exact.
    if (Number.isSafeInteger(value) && (value as number) <= max && (value as number) >= min) {
      return { bound: String(value), side: 0 }
    }
    const whole = wholeOf(value)
    if (whole === undefined || typeof whole === 'string') return whole
    if (whole.floor > max) return 'above'
    return whole.floor < min ? 'below' : { bound: String(whole.floor), side: whole.hasFraction ? -1 : 0 }
  })
}

interface Whole {
  readonly floor: bigint
  readonly hasFraction: boolean
}

/** No column holds more: what lies beyond need not be told apart. */
const FAR = 1e20

function wholeOf(value: Value): Whole | Exclude<Position, object> | undefined {
  if (typeof value === 'bigint') return { floor: value, hasFraction: false }
  if (typeof value === 'number') return wholeOfNumber(value)
  return isDecimal(value) ? wholeOfDecimal(value) : undefined
}

function wholeOfNumber(value: number): Whole | 'above' | 'below' {
  // NaN comes after all other numbers.
  if (Number.isNaN(value) || value > FAR) return 'above'
  if (value < -FAR) return 'below'
  const floor = Math.floor(value)
  return { floor: BigInt(floor), hasFraction: floor !== value }
}

function wholeOfDecimal(operand: Decimal): Whole | 'above' | 'below' {
  const near = Number(operand.$decimal)
  if (Math.abs(near) > FAR) return wholeOfNumber(near)
  const { sign, point, digits } = decimalValue(operand)
  const length = Math.max(0, point)
  const magnitude = BigInt(digits.slice(0, length).padEnd(length, '0'))
  const hasFraction = digits.length > length
  if (sign >= 0) return { floor: magnitude, hasFraction }
  return { floor: hasFraction ? -magnitude - 1n : -magnitude, hasFraction }
}
