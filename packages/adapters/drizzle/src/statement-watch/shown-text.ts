import { TOKEN } from './token.js'

/** The longest text that is shown. */
const LONGEST = 2_048

/** As much of a statement is read: comments are left out, and values of megabytes are not gone through. */
const MOST_READ = 16 * LONGEST

/** Texts that were shown, for a service sends the same statements over and over; and how many at most. */
const known = new Map<string, string>()
const MOST_KNOWN = 500

/** A statement without comments, with a `?` for each value that was written into it, cut where it is very long. */
export function shownText(sql: string): string {
  const before = known.get(sql)
  if (before !== undefined) return before
  const shown = show(sql)
  if (sql.length <= LONGEST) {
    // Who writes values into statements never sends one again: those must not fill the memory.
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(sql, shown)
  }
  return shown
}

function show(sql: string): string {
  const shown = sql.slice(0, MOST_READ).replace(TOKEN, shownToken).trim()
  return sql.length > MOST_READ || shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown
}

function shownToken(token: string): string {
  if (token.startsWith('--') || token.startsWith('/*')) return ''
  const isPlaceholder = /^\$\d+$/.test(token)
  return isPlaceholder || /^(?:"|(?!e')[\p{L}_])/iu.test(token) ? token : '?'
}
