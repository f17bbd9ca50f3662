/** A run of escapes; a `%` without two digits stands for itself. */
const ESCAPES = /(?:%[0-9A-Fa-f]{2})+/g
/** What stands for itself: a baggage octet that is not `%`. */
const PLAIN = /^[\x21\x23\x24\x26-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]$/

const encoder = /* @__PURE__ */ new TextEncoder()
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true })

/** The text that a value stands for; invalid UTF-8 becomes U+FFFD. */
export function decodeBaggageText(value: string): string {
  return value.replace(ESCAPES, (escapes) => {
    const digits = escapes.split('%').slice(1)
    return decoder.decode(Uint8Array.from(digits, (pair) => Number.parseInt(pair, 16)))
  })
}

/** The value that stands for a text; half of a surrogate pair becomes U+FFFD. */
export function encodeBaggageText(text: string): string {
  let value = ''
  for (const byte of encoder.encode(text)) {
    const character = String.fromCharCode(byte)
    value += PLAIN.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return value
}
