/** Crockford's alphabet, without I, L, O and U. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The two digits of each number of 10 bits. */
const PAIRS: readonly string[] = /* @__PURE__ */ Array.from({ length: 1_024 }, (_, value) =>
  toBase32(value, 2),
)

/** The two digits, in capitals, of a number of 10 bits. */
export function toPair(value: number): string {
  return PAIRS[value] as string
}

/** So many digits, in capitals, of a number below 2^53. */
export function toBase32(value: number, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32))
    text = DIGITS.charAt(rest % 32) + text
  return text
}

/** The number of up to 10 digits in capitals. */
export function fromBase32(text: string): number {
  let value = 0
  for (const digit of text) value = value * 32 + DIGITS.indexOf(digit)
  return value
}
