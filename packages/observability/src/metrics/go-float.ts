/**
 * A number as Go prints it, which is how the bounds of buckets are written and compared: `0.005`, `1e+06`, and `1.0` where a
 * decimal is wanted.
 *
 * @see OpenMetrics 1.0, "Considerations: Canonical Numbers"; Go, `strconv.FormatFloat(value, 'g', -1, 64)`
 */
export function goFloat(value: number, withDecimal: boolean): string {
  if (value === 0) return withDecimal ? '0.0' : '0'
  const [mantissa = '', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent < -4 || exponent >= 6) {
    const digits = String(Math.abs(exponent)).padStart(2, '0')
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`
  }
  return withDecimal && Number.isInteger(value) ? `${value}.0` : String(value)
}
