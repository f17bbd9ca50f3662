/** What stands for a secret. */
export const SECRET = '[secret]'

/**
 * The password in the user info of a URL, with what should have been escaped in it: up to the last `@` before a `/` or a
 * space or, where there is none and the scheme is not of the web or of files, among 4,096 characters before a space or a
 * further `://`. What reads as a port and a query is none. And a parameter named as a secret, up to a space, `&`, `#` or
 * `"`. No part of a text is gone over again and again: it takes linear time.
 */
const SECRETS =
  /(:\/\/[^\s/?#:@[]*:)((?!\d+[?#])[^\s/]+|(?<!(https?|wss?|file|s3):\/\/[^/]*)((?!:\/\/)\S){1,4096})(?=@)|([?&;#][\w.-]*(p(ass)?w(or)?d|secret|(access|api|private|secret).?key|(?<!(page|next|prev|sync|continuation).?)token)=)[^\s&#"]+/gi

/** A text for the outside: what can be told for a secret in its URLs is replaced. */
export function toPublicText(text: string): string {
  return text.replace(SECRETS, `$1$5${SECRET}`)
}

/** A line of a stack, as JavaScript and Java write it. */
const FRAMES = /\n[ \t]+at .*[(:].*/g

/** A text that is shown to a caller: a public one without the lines of a stack. */
export function toShownText(text: string): string {
  return toPublicText(text.replace(FRAMES, ''))
}
