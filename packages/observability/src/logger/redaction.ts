import { copyOf } from '../text/copy-of.js'
import { isCardNumber } from './card-number.js'
import { ANYTHING } from './character-classes.js'
import { type Hidden, type KeyRules, plainName } from './key-rules.js'
import { MAX_ITEMS, MAX_KEY } from './limits.js'
import { type PathStep, parsePath } from './path-pattern.js'
import { quote } from './quote.js'
import type { TextPattern } from './text-pattern.js'

/** What stands in place of what is hidden. */
export const CENSOR = '[Redacted]'
/** The censor as JSON. */
export const CENSORED: string = `"${CENSOR}"`

const WHERE = { package: '@base/observability', pattern: 'child', option: 'redact' } as const

/** Beyond what is shown, a text is still looked at for secrets this far, so that none is cut in half. */
const MARGIN = 4_096
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
  /** Whether its value is hidden. */
  readonly hidden: Hidden
  /** Whether it is `value`, in any case, which may be that of a `name` beside it. */
  readonly named: boolean
  /** Where its value stands. */
  readonly place: Place
}

/** What shall be hidden. */
export interface RedactionRules {
  /** Keys, at any depth. */
  readonly hides: KeyRules
  /** Paths from the top. */
  readonly paths: readonly (readonly PathStep[])[]
  /** Secrets in texts. */
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
  /** Kinds of characters without any of which a text has no secret. */
  readonly needs: number
  /** Whether a path counts the items of an array. */
  readonly counts: boolean
  readonly #rules: RedactionRules
  readonly #places = new Map<string, Place>()

  constructor(rules: RedactionRules) {
    this.#rules = rules
    this.counts = rules.paths.some((path) => path.some((step) => /^\d+$/.test(step)))
    this.needs = rules.patterns.reduce((needs, pattern) => needs | pattern.needs, 0)
    this.top = this.placeOf(rules.paths.map((_, path) => [path, 0] as const))
  }

  /** The same with these paths hidden as well. @throws InvalidOptionError where one is none. */
  with(paths: readonly string[]): Redaction {
    const more = paths.map((path) => parsePath(path, WHERE))
    return new Redaction({ ...this.#rules, paths: [...this.#rules.paths, ...more] })
  }

  /** The place where these steps of these paths are due. */
  placeOf(due: readonly Due[]): Place {
    const key = due.join(' ')
    const known = this.#places.get(key)
    if (known !== undefined) return known
    const place = new Place(this, this.#rules, due)
    if (this.#places.size < KNOWN_PLACES) this.#places.set(key, place)
    return place
  }

  /** The text without secrets; what kinds of characters it has is known. */
  text(text: string, classes: number): string {
    let clean = text
    for (const pattern of this.#rules.patterns) {
      if ((classes & pattern.needs) !== 0 && text.length >= pattern.minLength)
        clean = pattern.hide(clean, CENSOR, this.#rules.hides)
    }
    return clean
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

  /** Whether the number is a secret. */
  hidesNumber(value: number | bigint): boolean {
    return this.#rules.cards && value >= 1e12 && value < 1e19 && isCardNumber(String(value))
  }
}

/** A step of a path that is due next: which path, which step. */
type Due = readonly [path: number, step: number]

/** A place within what is logged, as far as the rules distinguish it. */
export class Place {
  readonly #redaction: Redaction
  readonly #rules: RedactionRules
  readonly #due: readonly Due[]
  readonly #known = new Map<string, KnownKey>()
  #item: KnownKey | undefined

  constructor(redaction: Redaction, rules: RedactionRules, due: readonly Due[]) {
    this.#redaction = redaction
    this.#rules = rules
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
    if (other === this || other.#due.length === 0) return this
    const due = new Map([...this.#due, ...other.#due].map((each) => [each.join(), each]))
    return this.#redaction.placeOf([...due.values()].sort(inOrder))
  }

  #learn(name: string): KnownKey {
    const isSecret = this.#rules.hides(name)
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
      due = this.#step(due, step)
      if (due.some(([path, at]) => at === this.#rules.paths[path]?.length)) return hidden
    }
    return { ...key, hidden: isSecret, place: this.#redaction.placeOf(due) }
  }

  #step(due: readonly Due[], name: string): Due[] {
    const next = new Map<string, Due>()
    const add = (path: number, step: number) => next.set(`${path},${step}`, [path, step])
    for (const [path, first] of due) {
      const steps = this.#rules.paths[path] as readonly PathStep[]
      let step = first
      for (; steps[step] === '**'; step++) add(path, step)
      if (steps[step] === '*' || steps[step] === name) add(path, step + 1)
    }
    return [...next.values()].sort(inOrder)
  }
}

function inOrder([a, b]: Due, [c, d]: Due): number {
  return a - c || b - d
}
