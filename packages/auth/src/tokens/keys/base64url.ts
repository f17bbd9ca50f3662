/** The last characters that leave no bit unused set, by how many characters stand in the last group. */
const LAST: readonly string[] = ['', '', 'AQgw', 'AEIMQUYcgkosw048']

/**
 * Whether a stretch of a text over the alphabet of base64url is the one encoding of its bytes: of a possible length, and with
 * no bit set that decodes to nothing. What a decoder lets pass here is a second text for the same token.
 *
 * @see RFC 4648, section 3.5
 */
export function isCanonical(text: string, start = 0, end: number = text.length): boolean {
  const left = (end - start) % 4
  return left === 0 || (left !== 1 && LAST[left]?.includes(text.charAt(end - 1)) === true)
}

const ALPHABET = /^[\w-]+$/

/** Whether a member of a key is canonical base64url. */
export function isBase64url(value: unknown): value is string {
  return typeof value === 'string' && ALPHABET.test(value) && isCanonical(value)
}

/** The number of bytes that a canonical text encodes. */
export function byteLength(text: string): number {
  return Math.floor((text.length * 3) / 4)
}
