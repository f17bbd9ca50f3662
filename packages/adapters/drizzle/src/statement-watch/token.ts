/**
 * What a statement is made of: quoted names, comments, texts (with escapes, plain, in dollars), placeholders, words, numbers. One
 * that has no end goes on to the end, which may be within an escape. So does a comment in which others are nested two deep.
 *
 * @see PostgreSQL documentation, "Lexical Structure"
 */
export const TOKEN: RegExp =
  /"(?:[^"]|"")*(?:"|$)|--[^\n\r]*|\/\*(?:(?!\/\*|\*\/)[\s\S]|\/\*(?:(?!\/\*|\*\/)[\s\S])*\*\/)*\*\/|\/\*[\s\S]*$|e'(?:[^'\\]|\\[\s\S]|'')*(?:'|\\?$)|'(?:[^']|'')*(?:'|$)|\$([a-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)|\$\d+|[\p{L}_][\p{L}\p{N}_$]*|\d[\w.]*/giu
