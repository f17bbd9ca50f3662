/** Shorter parts stand in too many good passwords. */
const SHORTEST = 4
const LONGEST_WORD = 256

/**
 * Whether a password contains a word that everybody knows of this user or service: their name, their e-mail's parts, your
 * product. Case does not count; words of less than 4 characters do not either.
 *
 * @see OWASP ASVS 5.0, 6.2.11
 */
export function containsWord(password: string, words: readonly string[]): boolean {
  const folded = fold(password)
  return words.some((word) => partsOf(word).some((part) => folded.includes(part)))
}

/** `Ann.Example@shop.test` is itself, and ann, example and shop: the ending of a host says nothing. */
function partsOf(word: unknown): string[] {
  if (typeof word !== 'string' || word.length > LONGEST_WORD) return []
  const folded = fold(word)
  const host = folded.lastIndexOf('@')
  const named = host < 0 ? folded : folded.replace(/\.[^.@]*$/, '')
  return [folded, ...named.split(/[^\p{L}\p{N}]+/u)].filter((part) => [...part].length >= SHORTEST)
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
