import { redactParameters } from './parameters.js'
import { type IsSecretName, REDACTED } from './secret-names.js'

/**
 * Texts that give themselves away: JSON Web Tokens, credentials of HTTP, private keys, hashes of passwords, passwords in URLs; and
 * what this package hands out: API keys, but for prefix and id and whatever the checksum, since one with a typo tells as much;
 * opaque tokens; recovery codes. A trail is for good, so what may be an ordinary text is left.
 */
const GIVEN_AWAY: readonly RegExp[] = [
  /(?<![\w-])eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g,
  /\b(?:bearer|basic|dpop) +[\w.~+/=-]{8,}/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\$(?:argon2(?:id|i|d)|2[abxy]|scrypt|pbkdf2[\w-]*|pepper)\$\S+/g,
  // To the last @, for a password may have some that nobody has escaped.
  /(?<=\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#:]*:[^\s/?#]*(?=@)/gi,
  /(?<=[0-9A-Za-z]_[0-9A-Za-z]{16}_)[0-9A-Za-z]{38}/g,
  /(?<![\w-])(?=[\w-]{0,67}[A-Z])(?=[\w-]{0,67}[a-z])[\w-]{68}(?![\w-])/g,
  // In groups, whatever the dash and the case: small letters alone are words.
  /(?<![\w-])(?![a-z\W]{27})[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{6}(?:[\p{Pd}\u2212][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{6}){3}(?![\w-])/gu,
  // In one piece: no word by a digit, no id by four letters that are not hexadecimal, no account number by how it ends.
  /(?<![\w-])(?=[A-Z]*\d)(?=(?:[\dA-F]*[GHJKMNP-TV-Z]){4})(?!\w{8}\d{16})[0-9A-HJKMNP-TV-Z]{24}(?![\w-])/g,
]

/** A text without what gives itself away as a secret, and without what stands under the name of one in a URL. */
export function redactText(text: string, isSecretName: IsSecretName): string {
  return GIVEN_AWAY.reduce(
    (left, pattern) => left.replace(pattern, REDACTED),
    redactParameters(text, isSecretName),
  )
}
