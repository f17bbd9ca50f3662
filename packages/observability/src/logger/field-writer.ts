import { stdSerializers } from 'pino'
import type { JsonWriter } from './json-writer.js'
import { MAX_ITEMS } from './limits.js'
import type { Fields, LineFormat } from './line-format.js'
import type { Place } from './redaction.js'
import type { Walk } from './walk.js'

/** Serializers by key, as pino has them. */
export type Serializers = Readonly<Record<string, ((value: unknown) => unknown) | undefined>>

/** Something that knows keys. */
export interface Keys {
  has(key: string): boolean
}

/** Writes the fields of a call or of a child, under their final names, each once. */
export class FieldWriter {
  readonly #writer: JsonWriter
  readonly #top: Place
  readonly #format: LineFormat
  /** Keys that need a second look. */
  readonly #special: ReadonlySet<string>

  constructor(writer: JsonWriter, top: Place, format: LineFormat) {
    this.#writer = writer
    this.#top = top
    this.#format = format
    this.#special = new Set([
      ...format.reserved,
      ...format.renamed.keys(),
      ...Object.values(format.ids as unknown as Record<string, string>),
      'err',
    ])
  }

  /** Whether fields may be written as they are: no key is special, has a serializer, or is taken. */
  isPlain(fields: object, serializers: Serializers, taken: Keys | undefined): boolean {
    for (const key of Object.keys(fields)) {
      if (this.#special.has(key) || serializers[key] !== undefined || taken?.has(key)) return false
    }
    return true
  }

  /** Fields as they are, each after a comma. */
  plain(fields: object, walk: Walk): string {
    return this.#writer.properties(fields, this.#top, walk)
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
    for (const key of Object.keys(fields)) {
      if (key === this.#format.messageKey && message !== undefined && this.#read(fields, key, {}) === message)
        continue
      for (const [name, value] of this.#shown(key, () => this.#read(fields, key, serializers))) {
        const free = freeName(name, reserved, written)
        if (walk.left < 0 || written.size >= MAX_ITEMS) return written.set('...', ',"...":"[Truncated]"')
        const known = this.#top.key(free)
        const json = this.#writer.value(value, known, walk)
        if (json === undefined) continue
        walk.left -= known.json.length
        written.set(free, `,${known.json}${json}`)
      }
    }
    return written
  }

  /** What is shown for a field; what throws is named in its place. */
  #shown(key: string, read: () => unknown): Fields {
    try {
      const value = read()
      if (value === undefined) return []
      const rename = this.#format.renamed.get(key)
      return rename === undefined ? [[key, value]] : rename(value)
    } catch {
      return [[key, '[Unreadable]']]
    }
  }

  #read(fields: object, key: string, serializers: Serializers): unknown {
    const value = (fields as Record<string, unknown>)[key]
    const serializer = serializers[key]
    // The writer knows more of errors than pino's serializer, which also writes to them.
    if (serializer === undefined || serializer === stdSerializers.err) return value
    return serializer(value)
  }
}

function freeName(name: string, reserved: Keys, written: Keys): string {
  let free = name
  while (reserved.has(free) || written.has(free)) free += '_'
  return free
}
