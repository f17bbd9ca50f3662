/**
 * Whether a text matches a pattern, in which `*` stands for any characters, none as well, and nothing else is special.
 *
 * Takes the leftmost place for each piece between the stars, which needs no way back: at most pattern × text steps, however
 * many stars there are.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const pieces = pattern.split('*')
  const first = pieces[0] as string
  if (pieces.length === 1) return text === pattern
  const last = pieces.at(-1) as string
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false
  const end = text.length - last.length
  let from = first.length
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, from)
    if (found === -1 || found + piece.length > end) return false
    from = found + piece.length
  }
  return true
}
