import { fromBase32, toPair } from './base32.js'
import { toHex } from './hex.js'

const LENGTH = 26

const HYPHEN = 45

// A UUID has 128 bits, 26 digits have 130: two zeros stand in front.

/** The 26 characters of a UUID. Digit by digit: parts of a text that are parsed take five times as long where it is seldom done. */
export function suffixOfUuid(uuid: string): string {
  let suffix = ''
  let bits = 0
  let waiting = 2
  for (let at = 0; at < uuid.length; at++) {
    const code = uuid.charCodeAt(at)
    if (code === HYPHEN) continue
    bits = (bits << 4) | hexValue(code)
    waiting += 4
    if (waiting < 10) continue
    waiting -= 10
    suffix += toPair((bits >> waiting) & 1_023)
  }
  return suffix.toLowerCase()
}

/** Letters of either case have 1 to 6 in their last bits. */
function hexValue(code: number): number {
  return code > 64 ? (code & 7) + 9 : code & 15
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
