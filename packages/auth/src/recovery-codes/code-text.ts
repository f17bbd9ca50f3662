/** Crockford's base32: no letter that could be a digit, and no U, so that no code spells a word one regrets. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 120 bits: 112 and more may lie under a plain hash, since nobody can try them all (OWASP ASVS 5.0, 6.5.2). */
const LENGTH = 24
/** Longer texts are not looked at: a code with a space after each character has 47. */
const LONGEST_TYPED = 64

/** Spaces and dashes, also those that a word processor or a printed page puts in the place of `-`. */
const SEPARATORS = /[\s\p{Pd}\u2212]/gu

/** A new code, without dashes. */
export function randomCode(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH))
  // 256 is 8 times 32, so each character is as likely as each other.
  return Array.from(bytes, (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('')
}

/** As it is shown: four groups of six. */
export function groupsOf(code: string): string {
  return code.match(/.{6}/g)?.join('-') ?? code
}

/** The code that somebody typed; `undefined` where the text cannot be one, of whatever type it is. */
export function readCode(typed: unknown): string | undefined {
  if (typeof typed !== 'string' || typed.length > LONGEST_TYPED) return undefined
  const code = typed.replace(SEPARATORS, '').toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1')
  return code.length === LENGTH && /^[0-9A-HJKMNP-TV-Z]+$/.test(code) ? code : undefined
}
