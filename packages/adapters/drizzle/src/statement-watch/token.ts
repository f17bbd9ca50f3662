/**
 * What a statement is made of: quoted names, comments, texts (with escapes, plain, in dollars), placeholders, words, numbers. One
 * that has no end goes on to the end, which may be within an escape. So does a comment in which others are nested two deep. To
 * PostgreSQL whatever is beyond ASCII is a letter, in names and between dollars.
 *
 * @see PostgreSQL documentation, "Lexical Structure"
 */
export const TOKEN: RegExp =
  /"(?:[^"]|"")*(?:"|$)|--[^\n\r]*|\/\*(?:(?!\/\*|\*\/)[\s\S]|\/\*(?:(?!\/\*|\*\/)[\s\S])*\*\/)*\*\/|\/\*[\s\S]*$|e'(?:[^'\\]|\\[\s\S]|'')*(?:'|\\?$)|'(?:[^']|'')*(?:'|$)|\$([a-z_\u{80}-\u{10ffff}][\w\u{80}-\u{10ffff}]*)?\$[\s\S]*?(?:\$\1\$|$)|\$\d+|[a-z_\u{80}-\u{10ffff}][\w$\u{80}-\u{10ffff}]*|\d[\w.]*/giu
