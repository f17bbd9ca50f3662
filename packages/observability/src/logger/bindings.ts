import { ownText } from '../text/copy-of.js'
import { MAX_LINE } from './limits.js'

/** What a logger says in all its lines beside what its service says: JSON by key, each field once. */
export class Bindings {
  /** All of them, each after a comma. */
  readonly json: string
  readonly #fields: ReadonlyMap<string, string>

  constructor(fields: ReadonlyMap<string, string>) {
    this.#fields = fields
    this.json = [...fields.values()].join('')
  }

  get size(): number {
    return this.#fields.size
  }

  has(key: string): boolean {
    return this.#fields.has(key)
  }

  /** These, and those, which win; of too many the first. */
  with(fields: ReadonlyMap<string, string>): Bindings {
    const all = new Map(this.#fields)
    let size = this.json.length
    for (const [key, field] of fields) {
      const grown = size + field.length - (all.get(key)?.length ?? 0)
      if (size > MAX_LINE && grown > size) all.set('...', ',"...":"[Truncated]"').delete(key)
      else {
        all.set(key, ownText(field))
        size = grown
      }
    }
    return new Bindings(all)
  }

  /** Those whose keys are not among these, each after a comma. */
  without(taken: { has(key: string): boolean }): string {
    let json = ''
    for (const [key, field] of this.#fields) if (!taken.has(key)) json += field
    return json
  }

  toObject(): Record<string, unknown> {
    return JSON.parse(`{${this.json.slice(1)}}`) as Record<string, unknown>
  }
}

export const NO_BINDINGS: Bindings = new Bindings(new Map())
