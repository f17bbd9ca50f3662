const QUOTE = 34
const BACKSLASH = 92

/** Longer strings are left to `indexOf`, which reads many characters at once, but costs as much as this many here. */
const SHORT = 24

/** Where the quote is that ends a string of a JSON text; the end of the text where there is none. */
export function endOfString(text: string, start: number): number {
  const near = Math.min(start + SHORT, text.length)
  for (let at = start; at < near; at++) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) return at
    if (unit === BACKSLASH) return endOfLongString(text, start, at)
  }
  return endOfLongString(text, start, near)
}

/** The next quote that no odd number of backslashes stands before. */
function endOfLongString(text: string, start: number, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 1)) {
    let before = at
    while (before > start && text.charCodeAt(before - 1) === BACKSLASH) before--
    if ((at - before) % 2 === 0) return at
  }
  return text.length
}
