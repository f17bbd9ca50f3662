import { type Decimal, decimalValue } from '@base/core/expression'
import type { Scalar } from '@base/domain/specification'

/** Whether an operand is a decimal. */
export function isDecimal(value: NonNullable<Scalar>): value is Decimal {
  return typeof value === 'object' && '$decimal' in value
}

/** So short that `numeric` takes it as it is, whatever zeros are in it. */
const SHORT = /^[+-]?[\d.]{1,300}$/

/**
 * A decimal without the zeros that mean nothing. PostgreSQL counts them as digits, and takes 16,383 after the point: to it
 * `0e-20000` is out of range. Nor does anyone else have to write them out.
 */
export function decimalText(operand: Decimal): string {
  if (SHORT.test(operand.$decimal)) return operand.$decimal
  const { sign, point, digits } = decimalValue(operand)
  return sign === 0 ? '0' : `${sign < 0 ? '-' : ''}${digits}e${point - digits.length}`
}
