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
