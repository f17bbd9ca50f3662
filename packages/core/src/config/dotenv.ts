import { expand, type Lookup } from './expand.js'

/** What a `.env` file says. */
export interface Dotenv {
  /** The variables; a name that comes twice has its last value. */
  readonly variables: ReadonlyMap<string, string>
  /** Lines that are neither empty, a comment nor a variable; never with their text. */
  readonly problems: readonly DotenvProblem[]
}

/** A line that cannot be read. */
interface DotenvProblem {
  /** Counted from 1. */
  readonly line: number
  readonly message: string
}

/**
 * Reads a `.env` file: `NAME=value` lines, with `export ` before the name or without. Empty lines are skipped, and what
 * follows a `#` at the start of a line, after a space, or after a quoted value.
 *
 * A bare value is trimmed. In '…' and `…` every character stands for itself; in "…" the escapes of {@link expand} hold;
 * all three may span lines. References are replaced in bare and in "…" values: by `lookup` first, then by what stands
 * above. Any line ending and a byte order mark are understood. Never throws.
 */
export function parseDotenv(text: string, lookup: Lookup = () => undefined): Dotenv {
  return new DotenvReader(text, lookup).read()
}

/** Values of more characters in all come only of references that multiply. */
const LONGEST = 4 * 1024 * 1024

// Sticky, and without nested repetition: each is linear.
const NAME = /[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*/y
const REST = /[ \t]*(?:#.*)?(?:\n|$)/y
const BARE = /[^#\n]*(?:(?<![ \t])#[^#\n]*)*/y
const QUOTED = /'([^']*)'|`([^`]*)`|"([^"\\]*(?:\\.[^"\\]*)*)"/sy

class DotenvReader {
  readonly #source: string
  readonly #lookup: Lookup
  readonly #variables = new Map<string, string>()
  #at = 0
  #length = 0

  constructor(text: string, lookup: Lookup) {
    this.#source = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
    this.#lookup = (name) => lookup(name) ?? this.#variables.get(name)
  }

  read(): Dotenv {
    const source = this.#source
    const problems: DotenvProblem[] = []
    let line = 1
    while (this.#at < source.length) {
      const start = this.#at
      const message = this.#take(REST) === null ? this.#readVariable() : undefined
      if (message !== undefined) {
        problems.push({ line, message })
        this.#at = source.indexOf('\n', start) + 1 || source.length
      }
      line += source.slice(start, this.#at).split('\n').length - 1
    }
    return { variables: this.#variables, problems }
  }

  /** Takes one variable, or says why there is none. */
  #readVariable(): string | undefined {
    const name = this.#take(NAME)?.[1]
    if (name === undefined) return 'is neither NAME=value nor a comment'
    const value = this.#readValue()
    if (value === undefined) return 'opens a quote that is not closed'
    if (this.#take(REST) === null) return 'has text after the closing quote'
    this.#length += value.length
    if (this.#length > LONGEST) return 'stands for too long a text'
    this.#variables.set(name, value)
    return undefined
  }

  #readValue(): string | undefined {
    const longest = LONGEST - this.#length
    if (!/['"`]/.test(this.#source[this.#at] ?? '')) {
      return expand(this.#take(BARE)?.[0].trim() ?? '', this.#lookup, false, longest)
    }
    const [, single, backtick, double] = this.#take(QUOTED) ?? []
    return double === undefined ? (single ?? backtick) : expand(double, this.#lookup, true, longest)
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#source)
    if (found !== null) this.#at += found[0].length
    return found
  }
}
