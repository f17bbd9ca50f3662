/** How often a text has to come before it gets a name: those that are made anew each time never do. */
const COMES_AGAIN = 3

/** How many texts are counted at a time, and how long one may be. */
const MOST_COUNTED = 1_000
const LONGEST = 4_096

/** How often statements may be gone that were prepared, before nothing is prepared any more. */
const MOST_LOST = 3

const POOLER =
  '@base/drizzle prepareStatements: statements that were prepared are gone, as behind a pooler that hands out other connections. None is prepared any more.'

/** The names under which a pool's connections keep their statements: of the text, so that one name is one statement everywhere. */
export class StatementNames {
  readonly #most: number
  readonly #names = new Map<string, string>()
  readonly #counts = new Map<string, number>()
  #lost = 0

  constructor(most: number) {
    this.#most = most
  }

  /** The name of a text; `undefined` where it is to be sent without one. */
  nameOf(text: string): string | undefined {
    if (this.#lost >= MOST_LOST) return undefined
    return this.#names.get(text) ?? this.#count(text)
  }

  /**
   * Whether an error says that what the server keeps under a name is of no use: it is gone, or there though it was not asked
   * for, or its result has changed. The text then gets another name, or none where that came too often.
   */
  hasLost(error: unknown, text: string, name: string): boolean {
    const { code, routine } = (error ?? {}) as { readonly code?: unknown; readonly routine?: unknown }
    const isLost = code === '26000' || code === '42P05'
    if (!isLost && !(code === '0A000' && routine === 'RevalidateCachedQuery')) return false
    // Somebody else may have given it another one meanwhile.
    if (this.#names.get(text) === name) this.#names.set(text, nameFor(name))
    if (isLost && ++this.#lost === MOST_LOST) process.emitWarning(POOLER, 'PreparedStatementsWarning')
    return true
  }

  #count(text: string): string | undefined {
    if (this.#names.size >= this.#most || text.length > LONGEST) return undefined
    const count = (this.#counts.get(text) ?? 0) + 1
    if (count < COMES_AGAIN) {
      if (this.#counts.size >= MOST_COUNTED) this.#counts.clear()
      this.#counts.set(text, count)
      return undefined
    }
    this.#counts.delete(text)
    const name = nameFor(text)
    this.#names.set(text, name)
    return name
  }
}

/** Of a hash, for PostgreSQL cuts names that are longer than 63 characters. */
function nameFor(text: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto')
  return `base_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
}
