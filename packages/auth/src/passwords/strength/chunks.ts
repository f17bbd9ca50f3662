import { rankOf } from './words.js'

/** A stretch that is guessed at once. */
export interface Chunk {
  readonly length: number
  /** The power of ten of its guesses. */
  readonly cost: number
}

const ROWS = [
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  '1234567890',
  'qwertzuiop',
  'azertyuiop',
  '1qaz2wsx3edc4rfv5tgb6yhn',
]
const LINES: readonly string[] = ROWS.flatMap((row) => [row, [...row].reverse().join('')])
const LONGEST_WORD = 12

/** What stands at a place: the longest of what is known, or one character. */
export function costOfChunk(text: string, start: number): Chunk {
  const found = [wordAt, rowAt, sequenceAt, yearAt].map((look) => look(text, start))
  return found.reduce((best, chunk) => (chunk.length > best.length ? chunk : best), { length: 1, cost: 1 })
}

const NOTHING: Chunk = { length: 0, cost: 0 }

function wordAt(text: string, start: number): Chunk {
  for (let length = Math.min(LONGEST_WORD, text.length - start); length >= 3; length--) {
    const written = text.slice(start, start + length)
    const rank = rankOf(unleet(written.toLowerCase()))
    // Capitals and digits for letters are tried as well.
    if (rank !== undefined)
      return { length, cost: Math.log10(rank + 1) + (/^[a-z]+$/.test(written) ? 0 : 0.5) }
  }
  return NOTHING
}

function rowAt(text: string, start: number): Chunk {
  const lower = text.toLowerCase()
  let length = 0
  for (const line of LINES) {
    const at = line.indexOf(lower.charAt(start))
    let run = 1
    while (at >= 0 && run < line.length - at && lower[start + run] === line[at + run]) run++
    length = Math.max(length, run)
  }
  return length >= 4 ? { length, cost: Math.log10(10 * length) } : NOTHING
}

/** The same character again and again, or each the next or the one before: `aaaa`, `6543`. */
function sequenceAt(text: string, start: number): Chunk {
  const step = text.charCodeAt(start + 1) - text.charCodeAt(start)
  let length = 2
  if (!(Math.abs(step) <= 1)) return NOTHING
  while (text.charCodeAt(start + length) - text.charCodeAt(start + length - 1) === step) length++
  return length >= 3 ? { length, cost: Math.log10(10 * length) } : NOTHING
}

function yearAt(text: string, start: number): Chunk {
  return /^(?:19|20)\d\d$/.test(text.slice(start, start + 4)) ? { length: 4, cost: 2 } : NOTHING
}

const LETTERS: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

function unleet(text: string): string {
  return text.replace(/[013457@$!]/g, (character) => LETTERS[character] ?? character)
}
