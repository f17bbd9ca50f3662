/** What stands for a secret. */
export const SECRET = '[secret]'

/**
 * The password of a URL, with whatever should have been escaped in it, up to the last `@` before a space or a further URL;
 * what reads as a port and a path is none (`host:80/@scope`). And a parameter that says that it is one. No part of a text
 * is gone over twice: it takes linear time.
 */
const SECRETS =
  /(:\/\/(?:[^\s/?#:@]+:(?!\d{1,5}[/?#])|:))(?:(?!:\/\/)\S)+(?=@)|([?&;]\w*(?:passw(?:or)?d|pwd|token|secret)=)[^\s&;#"]+/gi

/** A text for the outside: the passwords in its URLs are replaced. */
export function toPublicText(text: string): string {
  return text.replace(SECRETS, `$1$2${SECRET}`)
}
