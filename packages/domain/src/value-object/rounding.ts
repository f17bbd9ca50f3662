import { checkOneOf } from '@base/core/options'
import { placeOf } from '../place.js'

/** Every {@link Rounding}. */
const ROUNDINGS: readonly Rounding[] = ['half-even', 'half-up', 'half-down', 'up', 'down', 'ceiling', 'floor']

/**
 * What happens to a part smaller than a minor unit. To the nearest, a half to the even neighbour (`half-even`, the
 * banker's), away from zero (`half-up`) or towards it (`half-down`); or always away from zero (`up`), towards it
 * (`down`), towards +∞ (`ceiling`) or −∞ (`floor`).
 */
export type Rounding = 'half-even' | 'half-up' | 'half-down' | 'up' | 'down' | 'ceiling' | 'floor'

/** The quotient of two whole numbers, the divisor above 0, rounded; exact where no rounding is needed. */
export function divide(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  checkOneOf(rounding, ROUNDINGS, placeOf('Money')('rounding'))
  const quotient = dividend / divisor
  const rest = dividend % divisor
  return rest === 0n ? quotient : quotient + step(quotient, rest, divisor, rounding)
}

/** What the quotient cut towards zero lacks: 0, or 1 away from zero. */
function step(quotient: bigint, rest: bigint, divisor: bigint, rounding: Rounding): bigint {
  const away = rest < 0n ? -1n : 1n
  switch (rounding) {
    case 'down':
      return 0n
    case 'up':
      return away
    case 'ceiling':
      return away === 1n ? 1n : 0n
    case 'floor':
      return away === 1n ? 0n : -1n
    default:
      return stepToNearest(quotient, 2n * rest * away - divisor, rounding) ? away : 0n
  }
}

function stepToNearest(quotient: bigint, beyondHalf: bigint, rounding: Rounding): boolean {
  if (beyondHalf !== 0n) return beyondHalf > 0n
  return rounding === 'half-up' || (rounding === 'half-even' && quotient % 2n !== 0n)
}
