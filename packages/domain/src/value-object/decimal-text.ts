/** Far above any amount that there is; more would let a sender of JSON keep the process busy. */
const MAX_DIGITS = 1_000
const FORM = new RegExp(`^([+-]?)(\\d{1,${MAX_DIGITS}})(?:\\.(\\d{1,${MAX_DIGITS}}))?$`)

/** A decimal number as a fraction: `value / 10^decimals`. */
export interface DecimalParts {
  readonly value: bigint
  readonly decimals: number
}

/** Reads `-12.50`, exactly; `undefined` for anything else, exponents, blanks and separators included. */
export function parseDecimal(text: unknown): DecimalParts | undefined {
  const [, sign, whole, fraction = ''] = typeof text === 'string' ? (FORM.exec(text) ?? []) : []
  if (whole === undefined) return undefined
  const digits = BigInt(whole + fraction)
  return { value: sign === '-' ? -digits : digits, decimals: fraction.length }
}

/** Writes a number of minor units with that many decimals: `-1250n, 2` is `-12.50`. */
export function formatDecimal(value: bigint, decimals: number): string {
  const digits = String(value < 0n ? -value : value).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const sign = value < 0n ? '-' : ''
  return decimals === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-decimals)}`
}
