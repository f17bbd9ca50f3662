import { ValidationError } from '../errors/validation-error.js'

/** `String.fromCharCode` takes its characters as arguments, of which the stack holds so many. */
const CHUNK = 8_192

/** Bytes as base64 with padding (RFC 4648, section 4), on any runtime. */
export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let start = 0; start < bytes.length; start += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK))
  }
  return btoa(binary)
}

/** The bytes of base64, in a buffer of their own. Throws where it is none. */
export function fromBase64(base64: string): ArrayBuffer {
  const binary = atob(base64)
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index)
  return bytes.buffer
}

/**
 * Bytes as base64url without padding, which stands in URLs, headers and file names as it is.
 *
 * @see RFC 4648, section 5
 */
export function encodeBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/**
 * The bytes of a base64url text without padding. Strict: one text stands for one sequence of bytes.
 *
 * @throws {@link ValidationError} where the text is not what {@link encodeBase64Url} writes.
 */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (typeof text === 'string' && /^[A-Za-z0-9_-]*$/.test(text) && text.length % 4 !== 1) {
    const bytes = new Uint8Array(fromBase64(text.replaceAll('-', '+').replaceAll('_', '/')))
    // Bits that no byte uses must be zero, or two texts would be one.
    if (encodeBase64Url(bytes) === text) return bytes
  }
  throw new ValidationError({ issues: [{ path: '', message: 'is not base64url' }] })
}
