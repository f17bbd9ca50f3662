import { TOKEN } from './token.js'

/** The longest text that is shown. */
const LONGEST = 2_048

/** As much of a statement is read: comments are left out, and values of megabytes are not gone through. */
const MOST_READ = 16 * LONGEST

/** Statements that were told of, for a service sends the same over and over; and how many at most. */
const known = new Map<string, ShownStatement>()
const MOST_KNOWN = 500

/** A statement as others may see it. */
export interface ShownStatement {
  /** Without comments, with a `?` for each value that was written into it, cut where it is very long. */
  readonly text: string
  /** Its first word, in small letters. */
  readonly operation: string
}

/** What is shown of a statement. */
export function shownStatement(sql: string): ShownStatement {
  const before = known.get(sql)
  if (before !== undefined) return before
  const text = show(sql)
  const statement = { text, operation: /^[a-z]+/i.exec(text)?.[0].toLowerCase() ?? 'other' }
  if (sql.length <= LONGEST) {
    // Who writes values into statements never sends one again: those must not fill the memory.
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(sql, statement)
  }
  return statement
}

function show(sql: string): string {
  const text = sql.slice(0, MOST_READ).replace(TOKEN, shownToken).trim()
  return sql.length > MOST_READ || text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

function shownToken(token: string): string {
  if (token.startsWith('--') || token.startsWith('/*')) return ''
  const isPlaceholder = /^\$\d+$/.test(token)
  return isPlaceholder || /^(?:"|(?!e')[a-z_\u{80}-\u{10ffff}])/iu.test(token) ? token : '?'
}
