import { isPlain } from './frozen.js'

/** Shorter values of other variables are not looked for: they are in every sentence. */
const TELLING = 4
/** Text of this length that a message shares with a value is a piece of it. */
const PIECE = 16
/** A quoted text that was cut, as `JSON.parse` shows ten characters of what it was given. */
const CUT = /"\.{3}|\.{3}"/
const LONGEST_MESSAGE = 1_000
/** What separates the items of a list in one text, which a schema takes apart itself. */
const SEPARATOR = /[\s,;|]+/
/** How many characters may be looked for in all messages together, which takes about a second. */
const MOST_SEARCHED = 2_000_000

const STARS = '***'
const WITHHELD = "is not valid (the schema's message is withheld, for it may repeat a value)"

/** What a value may look like in a message. */
function formsOf(value: unknown): readonly string[] {
  const text = String(value)
  if (text.trim() === '') return []
  return [text, text.trim(), JSON.stringify(text).slice(1, -1), String(Number(text))]
}

/** Every text and number in a value. */
function* leavesOf(value: unknown): Generator<unknown> {
  if (isPlain(value)) {
    for (const inner of Object.values(value)) yield* leavesOf(inner)
  } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    yield value
  }
}

/** The items of a text that is a list. */
function itemsOf(value: unknown): readonly string[] {
  return typeof value === 'string' ? value.split(SEPARATOR) : []
}

/** Keeps values out of the messages of a schema. */
export class Mask {
  readonly #telling: readonly string[]
  readonly #published: ReadonlySet<string>
  #searched = 0

  /** `published` are texts that are no secret, for the schema itself lists them. */
  constructor(input: unknown, published: ReadonlySet<string>) {
    this.#published = published
    this.#telling = this.#secretForms(input).filter((form) => form.length >= TELLING)
  }

  /**
   * The message without any value; `own` is the one that it is about, of which not even a short one may show, nor an item
   * of a list.
   */
  apply(message: string, own: unknown): string {
    if (message.length > LONGEST_MESSAGE || CUT.test(message)) return WITHHELD
    // Thousands of messages, in each of which thousands of values are looked for, would take minutes.
    if (this.#searched > MOST_SEARCHED) return WITHHELD
    const words = this.#secretForms([own, itemsOf(own)])
    this.#searched += [...this.#telling, ...words].join('').length
    let masked = message
    for (const text of this.#telling) masked = masked.replaceAll(text, STARS)
    for (const text of words) if (masked.includes(text)) masked = maskWord(masked, text)
    return this.#isTelling(masked.replaceAll(STARS, '\n')) ? WITHHELD : masked
  }

  /** The longest first, so that no piece of one is masked before it. */
  #secretForms(value: unknown): string[] {
    const forms = new Set([...leavesOf(value)].flatMap(formsOf))
    return [...forms]
      .filter((form) => !this.#published.has(form.toLowerCase()))
      .sort((a, b) => b.length - a.length)
  }

  /** Whether a value is left in another case, or a piece of a long one. */
  #isTelling(message: string): boolean {
    const lower = message.toLowerCase()
    return this.#telling.some((text) => {
      if (lower.includes(text.toLowerCase())) return true
      if (text.length <= PIECE) return false
      for (let at = 0; at + PIECE <= message.length; at++) {
        if (text.includes(message.slice(at, at + PIECE))) return true
      }
      return false
    })
  }
}

function maskWord(message: string, word: string): string {
  const escaped = word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  return message.replace(new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'gu'), STARS)
}
