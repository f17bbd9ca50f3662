import type { Decimal } from '@base/core/expression'
import type { Scalar } from '@base/domain/specification'

/** Whether an operand is a decimal. */
export function isDecimal(value: NonNullable<Scalar>): value is Decimal {
  return typeof value === 'object' && '$decimal' in value
}

/** Whether an operand is a date. Operands are made by the domain package, and so are dates of this realm. */
export function isDate(value: NonNullable<Scalar>): value is Date {
  return value instanceof Date
}
