const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** Lengths of a last group, in characters, that no bytes give. */
const IMPOSSIBLE: readonly number[] = [1, 3, 6]

/** Bytes as base32 without padding. @see RFC 4648, section 6 */
export function encodeBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET.charAt((value >>> (bits - 5)) & 31)
  }
  return bits === 0 ? text : text + ALPHABET.charAt((value << (5 - bits)) & 31)
}

/** The bytes of base32, whatever its case, with or without padding and spaces between; `undefined` where it is none. */
export function decodeBase32(text: string): Uint8Array | undefined {
  const bare = text.replaceAll(' ', '').replace(/=+$/, '').toUpperCase()
  if (!/^[A-Z2-7]*$/.test(bare) || IMPOSSIBLE.includes(bare.length % 8)) return undefined
  const bytes = new Uint8Array(Math.floor((bare.length * 5) / 8))
  let bits = 0
  let value = 0
  let at = 0
  for (const character of bare) {
    value = ((value << 5) | ALPHABET.indexOf(character)) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = (value >>> bits) & 255
  }
  return bytes
}
