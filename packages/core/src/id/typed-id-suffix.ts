import { fromBase32, toBase32, toPair } from './base32.js'
import { toHex } from './hex.js'

const LENGTH = 26

// A UUID has 128 bits, 26 digits have 130: two zeros stand in front. Its first byte, with them, is two digits; what is
// left is six times 20 bits, which are five hexadecimal digits or four digits of base 32.

/** The 26 characters of a UUID. */
export function suffixOfUuid(uuid: string): string {
  const digits = uuid.replaceAll('-', '')
  let suffix = toBase32(Number.parseInt(digits.slice(0, 2), 16), 2)
  for (let at = 2; at < digits.length; at += 5) {
    const bits = Number.parseInt(digits.slice(at, at + 5), 16)
    suffix += toPair(bits >>> 10) + toPair(bits & 1_023)
  }
  return suffix.toLowerCase()
}

/** The UUID of 26 characters. */
export function uuidOfSuffix(suffix: string): string {
  const text = suffix.toUpperCase()
  let digits = toHex(fromBase32(text.slice(0, 2)), 2)
  for (let at = 2; at < LENGTH; at += 4) digits += toHex(fromBase32(text.slice(at, at + 4)), 5)
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join('-')
}
