/** How often a text has to come before it gets a name: those that are made anew each time never do. */
const COMES_AGAIN = 3

/** How many texts are counted at a time, and how long one may be. */
const MOST_COUNTED = 1_000
const LONGEST = 4_096

/** How many names a text gets, one after the other, before it is sent without one: the server keeps what had the others. */
const MOST_NAMES = 5

/** How often statements may be gone that were prepared, before nothing is prepared any more. */
const MOST_LOST = 3

/** Words that the server turns into a time when it parses them, and not each time that they are asked for. */
const FIXED_WHEN_PARSED = /'\s*(?:now|today|tomorrow|yesterday)\b/i

const POOLER =
  '@base/drizzle prepareStatements: statements that were prepared are gone, as behind a pooler that hands out other connections. None is prepared any more.'

/** What a text is prepared as; without a name it no more is. */
interface Naming {
  readonly name: string | undefined
  readonly count: number
}

/** The names under which a pool's connections keep their statements: of the text, so that one name is one statement everywhere. */
export class StatementNames {
  readonly #most: number
  readonly #names = new Map<string, Naming>()
  readonly #counts = new Map<string, number>()
  #lost = 0

  constructor(most: number) {
    this.#most = most
  }

  /** The name of a text; `undefined` where it is to be sent without one. */
  nameOf(text: string): string | undefined {
    if (this.#lost >= MOST_LOST) return undefined
    const naming = this.#names.get(text)
    return naming === undefined ? this.#count(text) : naming.name
  }

  /** Gives a text another name, for what connections keep under this one is of no use. */
  renew(text: string, name: string): void {
    const known = this.#names.get(text)
    // Somebody else may have done so meanwhile.
    if (known === undefined || known.name !== name) return
    const count = known.count + 1
    this.#names.set(text, { name: count > MOST_NAMES ? undefined : nameFor(name), count })
  }

  /** Notes that a statement was not where it had been prepared. */
  lose(): void {
    if (++this.#lost === MOST_LOST) process.emitWarning(POOLER, 'PreparedStatementsWarning')
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
    const name = FIXED_WHEN_PARSED.test(text) ? undefined : nameFor(text)
    this.#names.set(text, { name, count: 1 })
    return name
  }
}

/** Of a hash, for PostgreSQL cuts names that are longer than 63 characters. */
function nameFor(text: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto')
  return `base_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
}
