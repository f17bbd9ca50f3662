import { stdSerializers } from 'pino'
import { FreeKeys, freeName, type Keys } from './free-keys.js'
import type { JsonWriter } from './json-writer.js'
import { MAX_ITEMS, MAX_TEXT } from './limits.js'
import type { Fields, LineFormat } from './line-format.js'
import { quote } from './quote.js'
import type { KnownKey, Place } from './redaction.js'
import { isPlainObject } from './shown-object.js'
import { CENSOR } from './text-pattern.js'
import { unheard } from './unheard.js'
import { newWalk, type Walk } from './walk.js'

/** Serializers by key, as pino has them. */
export type Serializers = Readonly<Record<string, ((value: unknown) => unknown) | undefined>>

const OF_ERRORS: ReadonlySet<unknown> = /* @__PURE__ */ new Set([
  stdSerializers.err,
  stdSerializers.errWithCause,
])

/** Writes the fields of a call or of a child, under their final names, each once. */
export class FieldWriter {
  readonly #writer: JsonWriter
  readonly #top: Place
  readonly #format: LineFormat
  /** Keys that need a second look: always, or where the value is no object. */
  readonly #special: ReadonlyMap<string, 'always' | 'unless object'>

  constructor(writer: JsonWriter, top: Place, format: LineFormat) {
    this.#writer = writer
    this.#top = top
    this.#format = format
    const always = [
      ...format.reserved,
      ...format.renamed.keys(),
      ...Object.values(format.ids as unknown as Record<string, string>),
      'err',
    ]
    this.#special = new Map([
      ...always.map((key) => [key, 'always'] as const),
      ...[...format.objects].map((key) => [key, top.key(key).hidden ? 'always' : 'unless object'] as const),
    ])
  }

  /** Whether fields may be written as they are: no key is special, has a serializer, or is taken. */
  isPlain(fields: object, serializers: Serializers, taken: Keys | undefined): boolean {
    for (const key of Object.keys(fields)) {
      const special = this.#special.get(key)
      if (special !== undefined && (special === 'always' || !holdsObject(fields, key))) return false
      if (serializers[key] !== undefined || taken?.has(key)) return false
    }
    return true
  }

  /** Fields as they are, each after a comma. */
  plain(fields: object, walk: Walk, taken: Keys | undefined): string {
    return this.#writer.properties(fields, this.#top, walk, taken)
  }

  /**
   * Fields by their final keys; one whose key is not to be had gets underscores after it. The one that was taken as the
   * message is left out.
   */
  named(
    fields: object,
    serializers: Serializers,
    reserved: Keys,
    walk: Walk,
    message?: unknown,
  ): Map<string, string> {
    const written = new Map<string, string>()
    const taken: Keys = { has: (key) => reserved.has(key) || written.has(key) }
    const changed = new FreeKeys(taken)
    for (const key of Object.keys(fields)) {
      if (key === this.#format.messageKey && message !== undefined && this.#read(fields, key, {}) === message)
        continue
      const shown = this.#shown(key, fields, serializers)
      for (const [name, value, as, given] of shown) {
        if (value === undefined) continue
        const free = freeName(name, taken)
        if (walk.left < 0 || written.size >= MAX_ITEMS) return written.set('...', ',"...":"[Truncated]"')
        const known = this.#known(free, key, given)
        const json = this.#json(value, as, known, walk)
        if (json === undefined) continue
        const final = known.changed === undefined ? free : changed.next(known.changed)
        const start = known.changed === undefined ? known.json : `${quote(final)}:`
        walk.left -= start.length
        written.set(final, `,${start}${json}`)
      }
    }
    return written
  }

  /** What holds for a final key: what does for the name that it was given by does so as well. */
  #known(name: string, key: string, given: Fields[number][3]): KnownKey {
    const known = this.#top.key(name)
    if (given === undefined || name === key) return known
    const own = typeof given === 'string' ? this.#top.key(given) : this.#below(key, given)
    const hidden = own.hidden === true || known.hidden || own.hidden
    const place = hidden === true ? known.place : known.place.and(own.place)
    return hidden === known.hidden && place === known.place ? known : { ...known, hidden, place }
  }

  #below(key: string, names: readonly string[]): KnownKey {
    let own = this.#top.key(key)
    for (const name of names) own = own.hidden === true ? own : own.place.key(name)
    return own
  }

  #json(value: unknown, as: Fields[number][2], known: KnownKey, walk: Walk): string | undefined {
    if (as === 'text') return this.#asText(value, known, walk)
    const json = this.#writer.value(value, known, walk)
    return as === 'query' ? json?.replace(/^"\?/, '"') : json
  }

  #asText(value: unknown, known: KnownKey, walk: Walk): string | undefined {
    const json = this.#writer.value(value, known, newWalk(MAX_TEXT))
    // Some objects are texts in JSON already, as dates are.
    return json === undefined || !/^[[{]/.test(json) ? json : this.#writer.text(json, walk)
  }

  /** What is shown for a field; what throws is named in its place. */
  #shown(key: string, fields: object, serializers: Serializers): Fields {
    const rename = this.#format.renamed.get(key)
    try {
      const value = this.#read(fields, key, serializers)
      if (value === undefined) return []
      if (rename === undefined) return [[key, value, undefined, []]]
      return this.#top.key(key).hidden === true ? [[`labels.${key}`, CENSOR]] : rename(value, fields)
    } catch {
      // Where it would have stood there is no place for a text, as above.
      return [[rename === undefined ? key : `labels.${key}`, '[Unreadable]']]
    }
  }

  #read(fields: object, key: string, serializers: Serializers): unknown {
    const value = (fields as Record<string, unknown>)[key]
    const serializer = serializers[key]
    // The writer knows more of errors than pino's serializers, which also write to them.
    return serializer === undefined || OF_ERRORS.has(serializer) ? value : unheard(serializer(value))
  }
}

/** Whether a field is an object that is shown as it is, as far as can be seen. */
function holdsObject(fields: object, key: string): boolean {
  try {
    return isPlainObject((fields as Record<string, unknown>)[key])
  } catch {
    return false
  }
}
