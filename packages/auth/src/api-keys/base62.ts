const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** The bytes from here on would make the first digits likelier than others: 4 × 62. */
const FAIR = 248

/** So many digits of base62, each as likely as any other, from the platform's source for secrets. */
export function randomBase62(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length)))
      if (byte < FAIR && text.length < length) text += DIGITS.charAt(byte % 62)
  }
  return text
}

/** An integer from 0 as so many digits of base62, with zeros before it. */
export function toBase62(value: number, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest = Math.floor(rest / 62))
    text = DIGITS.charAt(rest % 62) + text
  return text
}
