import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'

/** What is owed: whole minor units of a currency, as @base/domain writes `Money`. */
export const Amount = z.strictObject({
  minor: z.string().regex(/^\d{1,40}$/),
  currency: z.string().regex(/^[A-Z]{3}$/),
})

export type Amount = z.infer<typeof Amount>

/** What became of a key: what was taken under it, or that it is over. */
export type Entry =
  | { readonly key: string; readonly type: 'taken'; readonly amount: Amount }
  | { readonly key: string; readonly type: 'returned' }

/** The books of the gateway: nothing is ever struck out. Kept in a file, so that a restart charges nobody twice. */
export class Ledger {
  readonly #file: string | undefined
  readonly #entries: Entry[] = []
  /** The last one of each key, which counts. */
  readonly #last = new Map<string, Entry>()

  constructor(file: string | undefined) {
    this.#file = file
    if (file === undefined || !existsSync(file)) return
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const entry = parse(line)
      if (entry !== undefined) this.#note(entry)
    }
  }

  get entries(): readonly Entry[] {
    return this.#entries
  }

  find(key: string): Entry | undefined {
    return this.#last.get(key)
  }

  write(entry: Entry): void {
    // A line break before it, too, for the line above may be a broken one.
    if (this.#file !== undefined) appendFileSync(this.#file, `\n${JSON.stringify(entry)}\n`)
    this.#note(entry)
  }

  #note(entry: Entry): void {
    this.#entries.push(entry)
    this.#last.set(entry.key, entry)
  }
}

/** A line that was being written when the process was killed is none: nobody was told of it. */
function parse(line: string): Entry | undefined {
  try {
    return JSON.parse(line) as Entry
  } catch {
    return undefined
  }
}
