/** What stands for a secret. */
export const SECRET = '[secret]'

/** A text for the outside: the password of a URL in it is replaced, also one with an `@` that nobody has escaped. */
export function toPublicText(text: string): string {
  return text.includes('://') ? text.replace(/(:\/\/[^\s/:@]*:)[^\s/]+@/g, `$1${SECRET}@`) : text
}
