/** What a secret shows as. */
export const REDACTED = '[redacted]'

/** Parts of names, in lower case without `-`, `_`, `.` and spaces, whose values are secrets wherever they stand. */
const PARTS: readonly string[] = [
  'password passwd passphrase secret token authorization cookie credential recoverycode sessionid cardnumber',
  'apikey privatekey accesskey signingkey encryptionkey',
].flatMap((names) => names.split(' '))
/** Names that are too short, or begin too many, to be looked for in others. */
const WHOLE = new Set(['pass', 'pwd', 'pin', 'otp', 'totp', 'creditcard', 'cvv', 'cvc', 'jwt'])

/** Names of parameters that are secrets in URLs, and too common for that elsewhere. */
const IN_URLS = new Set(['code', 'key', 'sig', 'signature', 'codeverifier'])

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

/** The same of parameters of URLs and fields of forms. */
export function isSecretParameter(name: string, isSecretName: IsSecretName): boolean {
  return isSecretName(name) || IN_URLS.has(plainName(name))
}

/** Also what is left of a given name must not be nothing, which is a part of every name. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_.\s]/g, '')
}
