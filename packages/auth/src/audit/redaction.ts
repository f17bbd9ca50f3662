/** What a secret shows as. */
export const REDACTED = '[redacted]'

/** Parts of names, in lower case without `-`, `_`, `.` and spaces, whose values are secrets wherever they stand. */
const PARTS: readonly string[] = [
  'password passwd passphrase secret token authorization cookie credential recoverycode sessionid cardnumber',
  'apikey privatekey accesskey signingkey encryptionkey',
].flatMap((names) => names.split(' '))
/** Names that are too short to be looked for in others. */
const WHOLE = new Set(['pass', 'pwd', 'pin', 'otp', 'totp', 'cvv', 'cvc', 'jwt'])

/** Names of parameters that are secrets in URLs, and too common for that elsewhere. */
const IN_URLS = new Set(['code', 'key', 'sig', 'signature', 'codeverifier'])

/**
 * Texts that give themselves away: JSON Web Tokens, credentials of HTTP, private keys, hashes of passwords, passwords in URLs; and
 * what this package hands out: API keys, but for prefix and id and whatever the checksum, since one with a typo tells as much;
 * opaque tokens; recovery codes, also as they are typed, where that can be told from words and ids.
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
  /(?<![\w-])[0-9A-HJKMNP-TV-Z]{6}(?:[\p{Pd}\u2212][0-9A-HJKMNP-TV-Z]{6}){3}(?![\w-])/giu,
  /(?<![\w-])(?=(?:[A-Z] ){0,23}\d)(?:[0-9A-TV-Z] ){23}[0-9A-TV-Z](?![\w-])/gi,
  // In one piece a digit tells one from words, and four letters that are not hexadecimal from ids and account numbers.
  /(?<![\w-])(?=[A-Z]{0,23}\d)(?=(?:[\dA-FILO]{0,20}[GHJKMNP-TV-Z]){4})[0-9A-TV-Z]{24}(?![\w-])/g,
  // Without i, l and o: with them it could be every other id of small letters and digits.
  /(?<![\w-])(?=[a-z]{0,23}\d)(?=(?:[\da-f]{0,20}[g-z]){4})[0-9a-hjkmnp-tv-z]{24}(?![\w-])/g,
]

/** What may be recovery codes in groups of six or four, O, I and L among them for digits. */
const IN_GROUPS =
  /(?<![\w-])(?:(?:[0-9A-TV-Z]{6}[\s\p{Pd}\u2212]{1,3}){3,7}[0-9A-TV-Z]{6}|(?:[0-9A-TV-Z]{4}[\s\p{Pd}\u2212]{1,3}){5,11}[0-9A-TV-Z]{4})(?![\w-])/giu

/**
 * The value of a parameter of a URL, also of one that is the value of another, and of the first field of a form that is sent as
 * text, which an `&` gives away; the name is its first group. What looks back is matched from its end: where a text begins is asked
 * before it is searched for an `&`. A `'` is in a value, unless what comes after it comes behind quotations.
 */
const PARAMETER =
  /(?<=(?:[?&#]|%(?:3F|26|23)|(?=[\w.[\]-]{1,64}=[^\s&"]{0,2048}&)(?<![^\s"'`(:]))([\w.[\]-]{1,64})(?:=|%3D))(?:(?!%(?:3F|26|23)[\w.[\]-]{1,64}%3D|\?[\w.[\]-]{1,64}(?:=|%3D))(?:[^\s&#"'<>]|'(?![\s,;:)\]}])))+/gi

/** Whether a value of that name is a secret. */
export type IsSecretName = (name: string) => boolean

/** Recognises names of secrets: those that are known, and those that are given, as parts of names. */
export function secretNames(more: readonly string[]): IsSecretName {
  const parts = [...PARTS, ...more.map(plainName)]
  return (name) => {
    const plain = plainName(name)
    return WHOLE.has(plain) || parts.some((part) => plain.includes(part))
  }
}

/** A text without what gives itself away as a secret, and without what stands under the name of one in a URL. */
export function redactText(text: string, isSecretName: IsSecretName): string {
  const isSecret = (name: string) => isSecretName(name) || IN_URLS.has(plainName(name))
  const known = text.replace(PARAMETER, (value, name: string) => (isSecret(name) ? REDACTED : value))
  const plain = GIVEN_AWAY.reduce((left, pattern) => left.replace(pattern, REDACTED), known)
  return plain.replace(IN_GROUPS, (groups) => (hasCode(groups) ? REDACTED : groups))
}

/** Words have no digits, ids no letters that are not hexadecimal, and accounts few: nearly every code has three beside digits. */
function hasCode(text: string): boolean {
  const groups = text.split(/[^0-9A-Z]+/i)
  const length = (groups[0]?.length ?? 0) < 6 ? 6 : 4
  return groups.some((_, start) => {
    const mixed = groups.slice(start, start + length).filter((group) => /\d/.test(group))
    return /(?:[^G-Z]*[G-Z]){3}/i.test(mixed.join(''))
  })
}

/** Also what is left of a given name must not be nothing, which is a part of every name. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_.\s]/g, '')
}
