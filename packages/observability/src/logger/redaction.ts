import { copyOf } from '../text/copy-of.js'
import { isCardNumber } from './card-number.js'
import { ANYTHING, characterClasses, PERCENT } from './character-classes.js'
import { hideEscaped } from './escaped-text.js'
import { type Hidden, type KeyRules, plainName } from './key-rules.js'
import { MAX_ITEMS, MAX_KEY } from './limits.js'
import { parsePath, withStackTrace } from './path-pattern.js'
import { quote } from './quote.js'
import { CENSOR, type TextPattern } from './text-pattern.js'

export const CENSORED: string = `"${CENSOR}"`

const WHERE = { package: '@base/observability', pattern: 'child', option: 'redact' } as const

/** Beyond what is shown, a text is still looked at for secrets this far, so that none is cut in half. */
const MARGIN = 4_096
/** How often a text may have been escaped for secrets to be found in it: as a parameter of a URL within one, and once more. */
const MAX_ESCAPED = 3
/** Keys that are remembered at one place; keys that callers choose must not fill the memory. */
const KNOWN_KEYS = 1_000
/** Sets of positions that are remembered. */
const KNOWN_PLACES = 1_000

/** What is known of a key at a place. */
export interface KnownKey {
  /** The key as JSON, with its colon. */
  readonly json: string
  /** What is shown instead of the key, where that had a secret or was too long: maybe the same for others. */
  readonly changed: string | undefined
  readonly hidden: Hidden
  /** Whether it is `value`, in any case, which may be that of a `name` beside it. */
  readonly named: boolean
  readonly place: Place
}

export interface RedactionRules {
  readonly hides: KeyRules
  /** Paths from the top; see `parsePath`. */
  readonly paths: readonly string[]
  readonly patterns: readonly TextPattern[]
  /** Whether numbers are looked at for card numbers. */
  readonly cards: boolean
}

/**
 * Says what is hidden, by key, by path and by form.
 *
 * The paths are one automaton, whose states are built as they are met: a key is looked at once, and costs a look-up in a map
 * from then on, however many rules there are.
 */
export class Redaction {
  readonly top: Place
  readonly hides: KeyRules
  /** Kinds of characters without any of which a text has no secret. */
  readonly needs: number
  /** Whether a path counts the items of an array. */
  readonly counts: boolean
  readonly #rules: RedactionRules
  readonly #places = new Map<string, Place>()

  constructor(rules: RedactionRules) {
    this.#rules = rules
    this.hides = rules.hides
    this.counts = rules.paths.some((path) => path.split('.').some((step) => /^\d+$/.test(step)))
    this.needs = rules.patterns.reduce((needs, pattern) => needs | pattern.needs | PERCENT, 0)
    this.top = this.placeOf(new Set(rules.paths))
  }

  /** The same with these paths hidden as well. @throws InvalidOptionError where one is none. */
  with(paths: readonly string[]): Redaction {
    const more = paths.flatMap((path) => withStackTrace(parsePath(path, WHERE)))
    return new Redaction({ ...this.#rules, paths: [...this.#rules.paths, ...more] })
  }

  /** The place where these are what is left of the paths. */
  placeOf(due: ReadonlySet<string>): Place {
    const key = [...due].sort().join(' ')
    const known = this.#places.get(key)
    if (known !== undefined) return known
    const place = new Place(this, due)
    if (this.#places.size < KNOWN_PLACES) this.#places.set(key, place)
    return place
  }

  /** The text without secrets; what kinds of characters it has is known. */
  text(text: string, classes: number, escaped = 0): string {
    let clean = text
    for (const pattern of this.#rules.patterns) {
      if ((classes & pattern.needs) !== 0 && text.length >= pattern.minLength) clean = pattern.hide(clean)
    }
    if ((classes & PERCENT) === 0 || escaped === MAX_ESCAPED || !clean.includes('%')) return clean
    return hideEscaped(clean, (part) => this.text(part, characterClasses(part), escaped + 1))
  }

  /** So much of a long text, without secrets, and how much more there is. */
  head(text: string, length: number): string {
    let seen = text.slice(0, length + MARGIN)
    let clean = this.text(seen, ANYTHING)
    if (clean.length < length && seen.length < text.length) {
      // Large secrets have made room for what comes behind them.
      seen = text.slice(0, 2 * seen.length - clean.length)
      clean = this.text(seen, ANYTHING)
    }
    const unseen = text.length - seen.length
    // A secret that ends where nobody looked is not known as one, however near the secrets before it have brought it.
    const safe = unseen === 0 ? clean.length : Math.max(clean.length - MARGIN, 0)
    const shown = clean.slice(0, Math.min(length, safe))
    const more = clean.length - shown.length + unseen
    return more === 0 ? shown : `${shown}... ${more} more`
  }

  hidesNumber(value: number | bigint): boolean {
    return this.#rules.cards && value >= 1e12 && value < 1e19 && isCardNumber(String(value))
  }
}

/** A place within what is logged, as far as the rules distinguish it. */
export class Place {
  readonly #redaction: Redaction
  readonly #due: ReadonlySet<string>
  readonly #known = new Map<string, KnownKey>()
  #item: KnownKey | undefined

  constructor(redaction: Redaction, due: ReadonlySet<string>) {
    this.#redaction = redaction
    this.#due = due
  }

  /** What holds for the key here. */
  key(name: string): KnownKey {
    return this.#known.get(name) ?? this.#learn(name)
  }

  /** What holds for an item of an array here. */
  item(index: number): KnownKey {
    // Without a path that counts items, one is as the other.
    if (this.#redaction.counts) return this.key(String(index))
    this.#item ??= this.#look('0', false)
    return this.#item
  }

  /** Where what is due here is due, and what is due there. */
  and(other: Place): Place {
    if (other === this || other.#due.size === 0) return this
    return this.#redaction.placeOf(new Set([...this.#due, ...other.#due]))
  }

  #learn(name: string): KnownKey {
    const isSecret = this.#redaction.hides(name)
    if (this.#known.size >= KNOWN_KEYS || name.length > MAX_KEY) return this.#look(name, isSecret)
    const own = copyOf(name)
    const known = this.#look(own, isSecret)
    this.#known.set(own, known)
    return known
  }

  #look(name: string, isSecret: Hidden): KnownKey {
    const shown =
      name.length > MAX_KEY ? this.#redaction.head(name, MAX_KEY) : this.#redaction.text(name, ANYTHING)
    const key = {
      json: `${quote(shown)}:`,
      changed: shown === name ? undefined : shown,
      named: name.toLowerCase() === 'value',
    }
    const hidden = { ...key, hidden: true, place: this }
    if (isSecret === true) return hidden
    // A dotted name is as many steps as it has names.
    let due = this.#due
    for (const step of plainName(name).split('.', MAX_ITEMS)) {
      due = after(step, due)
      if (due.has('')) return hidden
    }
    return { ...key, hidden: isSecret, place: this.#redaction.placeOf(due) }
  }
}

/** What is left of the paths behind a name: nothing of one that ends with it. */
function after(name: string, due: ReadonlySet<string>): Set<string> {
  const left = new Set<string>()
  for (const path of due) {
    let rest = path
    for (; rest.startsWith('**.'); rest = rest.slice(3)) left.add(rest)
    const [step = ''] = rest.split('.', 1)
    if (step === '*' || step === name) left.add(rest.slice(step.length + 1))
  }
  return left
}
