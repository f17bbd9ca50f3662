/** What an instance may say at the level `error` while something is broken, beside the lines of requests with 503. */
const MEANT: ReadonlySet<string> = new Set([
  'Redis does not answer, and is tried again until it does',
  // Whoever signs in then is told 503.
  'entry could not be written to the audit trail',
])
const ERROR = 50

/** A line of pino's. */
interface Line {
  readonly level: number
  readonly msg: string
  readonly err?: { readonly type: string; readonly message: string }
  readonly 'http.response.status_code'?: number
}

/** Looks through the log of the instances. */
export class Lines {
  /** The first line of each kind that should not be there, as it is. */
  readonly #wrong = new Map<string, string>()
  /** Each line that is an error, by what it says. */
  readonly errors: string[] = []

  get wrong(): readonly string[] {
    return [...this.#wrong.values()]
  }

  read = (text: string): void => {
    if (!text.startsWith('{"level"')) return
    const line = JSON.parse(text) as Line
    if (line.level < ERROR) return
    const status = line['http.response.status_code']
    const kind = [line.msg, status, line.err?.type].filter(Boolean).join(' ')
    this.errors.push(kind)
    if (!(MEANT.has(line.msg) || status === 503) && !this.#wrong.has(kind)) this.#wrong.set(kind, text)
  }
}
