import { characterClasses, ESCAPE } from './character-classes.js'
import { errorFields, isError } from './error-fields.js'
import { FreeKeys, type Keys } from './free-keys.js'
import { httpMessage } from './http-message.js'
import type { Hidden } from './key-rules.js'
import { MAX_DEPTH, MAX_ITEMS, MAX_TEXT } from './limits.js'
import { quote } from './quote.js'
import { CENSORED, type KnownKey, type Place, type Redaction } from './redaction.js'
import { Entries, isPlain, ownJson, toPlain } from './to-plain.js'
import type { Walk } from './walk.js'

/** What is written instead of what cannot be. */
const CIRCULAR = '"[Circular]"'
const TOO_LONG = '"[Truncated]"'
const TOO_DEEP = '"[Too deep]"'
const UNREADABLE = '"[Unreadable]"'
/** Keys of arrays in which names and values take turns, as in `rawHeaders` of node:http. */
const ALTERNATING = new Set(['rawheaders', 'rawtrailers', 'headers'])
/** Keys whose values may name the `value` beside them, as of headers, cookies and tags. */
const NAMING = ['name', 'key', 'Name', 'Key', 'NAME', 'KEY']

/**
 * Writes any value as JSON, redacted, within bounds, in one pass.
 *
 * What JSON.stringify writes is written so; beyond, errors, maps, sets, headers and big integers are shown, and what throws,
 * goes round in circles or is too large is named in its place. Never throws.
 */
export class JsonWriter {
  readonly #redaction: Redaction

  constructor(redaction: Redaction) {
    this.#redaction = redaction
  }

  /** The value as JSON; `undefined` for what JSON leaves out. */
  value(value: unknown, key: KnownKey, walk: Walk): string | undefined {
    if (key.hidden === true || (key.hidden === 'text' && typeof value === 'string'))
      return value === undefined ? undefined : spend(CENSORED, walk)
    switch (typeof value) {
      case 'string':
        return this.text(value, walk)
      case 'number':
        return spend(this.#number(value), walk)
      case 'boolean':
        return spend(value ? 'true' : 'false', walk)
      case 'object':
        return value === null ? spend('null', walk) : this.#structure(value, key, walk)
      case 'bigint':
        return spend(this.#bigint(value), walk)
      default:
        return undefined
    }
  }

  /** The text as JSON, without secrets. */
  text(text: string, walk: Walk): string {
    if (text.length > MAX_TEXT) return spend(JSON.stringify(this.#redaction.head(text, MAX_TEXT)), walk)
    const classes = characterClasses(text)
    const clean = (classes & this.#redaction.needs) === 0 ? text : this.#redaction.text(text, classes)
    return spend((classes & ESCAPE) === 0 ? `"${clean}"` : JSON.stringify(clean), walk)
  }

  /** The properties as JSON, each after a comma; keys that are changed become none of those that are taken. */
  properties(value: object, place: Place, walk: Walk, taken?: Keys): string {
    const keys = Object.keys(value)
    const count = Math.min(keys.length, MAX_ITEMS)
    let changed: FreeKeys | undefined
    let json = ''
    for (let index = 0; index < count; index++) {
      const name = keys[index] as string
      const key = place.key(name)
      const item =
        key.named && this.#isSecret(value, name, place)
          ? spend(CENSORED, walk)
          : this.#property(value, name, key, walk)
      if (item === undefined) continue
      let shown = key.json
      if (key.changed !== undefined) {
        changed ??= new FreeKeys({ has: (free) => Object.hasOwn(value, free) || taken?.has(free) === true })
        shown = `${quote(changed.next(key.changed))}:`
      }
      walk.left -= shown.length
      json += `,${shown}${item}`
      if (walk.left < 0) return `${json},"${moreKey(value, taken)}":${TOO_LONG}`
    }
    return count === keys.length ? json : `${json},"${moreKey(value, taken)}":"${keys.length - count} more"`
  }

  #property(owner: object, name: string, key: KnownKey, walk: Walk): string | undefined {
    try {
      return this.value((owner as Record<string, unknown>)[name], key, walk)
    } catch {
      return spend(UNREADABLE, walk)
    }
  }

  /** Whether it is a `{ name, value }` with a name whose value is hidden. */
  #isSecret(owner: object, key: string, place: Place): boolean {
    const own = owner as Record<string, unknown>
    const hides = (hidden: Hidden) => hidden === true || (hidden === 'text' && typeof own[key] === 'string')
    return NAMING.some((naming) => hides(this.#hides(own[naming], place)))
  }

  #number(value: number): string {
    if (!Number.isFinite(value)) return 'null'
    return value >= 1e12 && this.#redaction.hidesNumber(value) ? CENSORED : String(value)
  }

  /** A number where every reader takes it as such, or else a text. */
  #bigint(value: bigint): string {
    if (this.#redaction.hidesNumber(value)) return CENSORED
    if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) return String(value)
    return value > -(10n ** 1_000n) && value < 10n ** 1_000n ? `"${value}"` : TOO_LONG
  }

  #structure(value: object, key: KnownKey, walk: Walk): string | undefined {
    const { open } = walk
    if (walk.left < 0) return TOO_LONG
    if (open.includes(value)) return spend(CIRCULAR, walk)
    if (open.length >= MAX_DEPTH) return spend(TOO_DEEP, walk)
    open.push(value)
    // Its brackets.
    walk.left -= 2
    try {
      return this.#opened(value, key, walk)
    } catch {
      return spend(UNREADABLE, walk)
    } finally {
      open.pop()
    }
  }

  #opened(value: object, key: KnownKey, walk: Walk): string | undefined {
    if (Array.isArray(value)) return this.#array(value, key, walk)
    const isNamed = isPlain(value)
    if (!isNamed) {
      if (isError(value)) return this.#error(value, key.place, walk)
      const plain = toPlain(value)
      if (plain instanceof Entries) return this.#entries(plain, key.place, walk)
      if (plain !== value) return this.value(plain, key, walk)
    }
    const own = ownJson(value)
    if (own !== value) return this.value(own, key, walk)
    const shown = isNamed ? value : (httpMessage(value) ?? value)
    return braced(this.properties(shown, key.place, walk))
  }

  #entries({ first, more }: Entries, place: Place, walk: Walk): string {
    const json = this.properties(first, place, walk)
    return braced(more === 0 || walk.left < 0 ? json : `${json},"${moreKey(first)}":"${more} more"`)
  }

  #error(error: Error, place: Place, walk: Walk): string {
    walk.causes++
    try {
      return braced(this.properties(errorFields(error, walk.causes), place, walk))
    } finally {
      walk.causes--
    }
  }

  #array(items: readonly unknown[], key: KnownKey, walk: Walk): string {
    const { length } = items
    const count = Math.min(length, MAX_ITEMS)
    const pairs = this.#namesFirst(items, key)
    let json = ''
    for (let index = 0; index < count; index++) {
      if (walk.left < 0) return `[${json},${TOO_LONG}]`
      const hidden = pairs && index % 2 === 1 && this.#hides(items[index - 1], key.place) === true
      const item = hidden
        ? spend(CENSORED, walk)
        : (this.#item(items, index, key, walk) ?? spend('null', walk))
      walk.left -= 1
      json += index === 0 ? item : `,${item}`
    }
    return length === count ? `[${json}]` : `[${json},"${length - count} more"]`
  }

  #item(items: readonly unknown[], index: number, key: KnownKey, walk: Walk): string | undefined {
    try {
      return this.value(items[index], key.place.item(index), walk)
    } catch {
      return spend(UNREADABLE, walk)
    }
  }

  /** Whether names and values take turns: in a pair, and in a list of headers. */
  #namesFirst(items: readonly unknown[], key: KnownKey): boolean {
    if (items.length < 2 || typeof items[0] !== 'string') return false
    return items.length === 2 || ALTERNATING.has(key.json.slice(1, -2).toLowerCase())
  }

  #hides(name: unknown, place: Place): Hidden {
    return typeof name === 'string' && place.key(name).hidden
  }
}

/** Under which key it is said that there is more. */
function moreKey(value: object, taken?: Keys): string {
  let key = '...'
  while (Object.hasOwn(value, key) || taken?.has(key) === true) key += '.'
  return key
}

/** Properties that each follow a comma, as an object. */
function braced(properties: string): string {
  return `{${properties.slice(1)}}`
}

/** What is written, taken off what may still be. */
function spend(json: string, walk: Walk): string {
  walk.left -= json.length
  return json
}
