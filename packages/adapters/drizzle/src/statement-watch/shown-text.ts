/** The longest text that is shown. */
const LONGEST = 2_048

/**
 * What a statement is made of: quoted names, comments, texts (with escapes, plain, in dollars), placeholders, words, numbers. One
 * that has no end goes on to the end. So does a comment that another is nested in.
 *
 * @see PostgreSQL documentation, "Lexical Structure"
 */
const TOKEN =
  /"(?:[^"]|"")*(?:"|$)|--[^\n]*|\/\*(?:(?!\/\*|\*\/)[\s\S])*\*\/|\/\*[\s\S]*$|e'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|\$([a-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)|\$\d+|[\p{L}_][\p{L}\p{N}_$]*|\d[\w.]*/giu

/** A statement without comments, with a `?` for each value that was written into it, cut where it is very long. */
export function shownText(sql: string): string {
  const shown = sql.replace(TOKEN, shownToken).trim()
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown
}

function shownToken(token: string): string {
  if (token.startsWith('--') || token.startsWith('/*')) return ''
  const isPlaceholder = /^\$\d+$/.test(token)
  return isPlaceholder || /^(?:"|(?!e')[\p{L}_])/iu.test(token) ? token : '?'
}
