import { copyOf } from '../text/copy-of.js'
import type { Hidden, KeyRules } from './key-rules.js'

/** Names of which it is remembered whether they hide. */
const KNOWN_NAMES = 1_000
/** Names that one text may bring: one with more has names that never come again. */
const NEW_NAMES = 100

/** Rules for the names of parameters and fields, which come again with each URL and body: a name is asked for once. */
export class ParameterNames {
  readonly #rules: KeyRules
  readonly #known = new Map<string, Hidden>()

  constructor(rules: KeyRules) {
    this.#rules = rules
  }

  /** The rules, for the names of one text. */
  forText(): KeyRules {
    let room = NEW_NAMES
    return (name) => {
      const before = this.#known.get(name)
      if (before !== undefined) return before
      const hides = this.#rules(name)
      if (room-- > 0) this.#learn(name, hides)
      return hides
    }
  }

  #learn(name: string, hides: Hidden): void {
    if (this.#known.size >= KNOWN_NAMES) this.#known.clear()
    this.#known.set(copyOf(name), hides)
  }
}
