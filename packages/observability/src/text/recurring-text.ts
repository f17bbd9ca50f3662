import { ownText } from './copy-of.js'

/** Longer ones seldom come again; statements of a database do. */
const LONGEST = 2_100
/** With all of them as long as that, 2 MB of letters of one byte. */
const MOST = 1_000

const known = new Map<string, string>()

/** As `ownText`, for texts of which most come again, as messages and names do: many lines hold one copy. */
export function recurringText(text: string): string {
  if (text.length > LONGEST) return ownText(text)
  const copy = known.get(text)
  if (copy !== undefined) return copy
  if (known.size >= MOST) known.clear()
  const own = ownText(text)
  known.set(own, own)
  return own
}
