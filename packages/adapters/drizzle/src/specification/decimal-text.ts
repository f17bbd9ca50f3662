/** So short that `numeric` takes it as it is, whatever zeros are in it. */
const SHORT = /^[+-]?[\d.]{1,300}$/

const PARTS = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i

/**
 * A decimal text without the zeros that mean nothing. PostgreSQL counts them as digits, and takes 16,383 after the point: to
 * it `0e-20000` is out of range. Nor does anyone else have to write them out.
 */
export function decimalText(text: string): string {
  if (SHORT.test(text)) return text
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = PARTS.exec(text) ?? []
  const all = whole + fraction
  let [first, end] = [0, all.length]
  while (first < end && all[first] === '0') first++
  while (end > first && all[end - 1] === '0') end--
  if (first === end) return '0'
  return `${sign}${all.slice(first, end)}e${Number(exponent) - fraction.length + all.length - end}`
}
