import type { Bindings } from './bindings.js'
import type { ContextIds } from './context-ids.js'
import { FieldWriter, type Serializers } from './field-writer.js'
import { freeName, type Keys } from './free-keys.js'
import { IdWriter, idKeys } from './id-writer.js'
import { JsonWriter } from './json-writer.js'
import type { LineFormat } from './line-format.js'
import type { KnownKey, Redaction } from './redaction.js'
import { unheard } from './unheard.js'
import { newWalk, type Walk } from './walk.js'

/** What a line says. */
export interface LineParts {
  /** The level's part of the line; see `LineFormat.level`. */
  readonly level: string
  /** Milliseconds since 1970. */
  readonly time: number
  readonly ids: ContextIds
  readonly bindings: Bindings
  readonly fields: object | undefined
  readonly message: unknown
  readonly serializers: Serializers
}

/** Writes lines in a format, with a redaction. */
export class LineWriter {
  readonly format: LineFormat
  readonly #redaction: Redaction
  readonly #writer: JsonWriter
  readonly #fields: FieldWriter
  readonly #ids: IdWriter
  readonly #base: string
  /** What holds for a value within a message, where paths count from the value as from a line, and for a message as such. */
  readonly #inline: KnownKey
  readonly #said: KnownKey

  constructor(format: LineFormat, redaction: Redaction) {
    this.format = format
    this.#redaction = redaction
    this.#writer = new JsonWriter(redaction)
    this.#fields = new FieldWriter(this.#writer, redaction.top, format)
    this.#ids = new IdWriter(format.ids, redaction.top)
    this.#base = this.#writer.properties(format.base, redaction.top, newWalk())
    const field = redaction.top.item(0)
    this.#inline = { ...field, place: redaction.top.and(field.place) }
    const own = redaction.top.key(format.messageKey)
    this.#said = { ...own, place: own.place.and(this.#inline.place) }
  }

  /** The same with these paths hidden as well. */
  hiding(paths: readonly string[]): LineWriter {
    return new LineWriter(this.format, this.#redaction.with(paths))
  }

  /** The line, with its end. */
  line(parts: LineParts): string {
    const walk = newWalk()
    const message = this.#message(parts, walk)
    const fields = this.#base + this.#ids.json(parts.ids) + this.#body(parts, walk)
    return this.format.line(parts.level, parts.time, message, fields)
  }

  /** Fields of a child, by their final keys. */
  bindings(fields: object, serializers: Serializers): ReadonlyMap<string, string> {
    return this.#fields.named(fields, serializers, this.format.reserved, newWalk())
  }

  /** A value within a message. */
  inline(value: unknown): string {
    return this.#writer.value(value, this.#inline, newWalk()) ?? 'undefined'
  }

  #message({ message, serializers }: LineParts, walk: Walk): string | undefined {
    if (message === undefined) return undefined
    const serializer = serializers[this.format.messageKey]
    const said = serializer === undefined ? message : serialized(message, serializer)
    const json = this.#writer.value(said, this.#said, walk)
    return this.format.textOnly && json?.startsWith('"') === false ? JSON.stringify(json) : json
  }

  /** What cannot even be asked for its keys is named. */
  #body(parts: LineParts, walk: Walk): string {
    try {
      return this.#allFields(parts, walk)
    } catch {
      return `${parts.bindings.json},"${freeName('fields', parts.bindings)}":"[Unreadable]"`
    }
  }

  #allFields({ ids, bindings, fields, serializers, message }: LineParts, walk: Walk): string {
    const taken = bindings.size === 0 ? undefined : bindings
    const present = idKeys(ids, this.format.ids)
    // Nearly all lines: nothing is in the way of anything.
    if (taken === undefined || !present.some((key) => taken.has(key))) {
      if (fields === undefined) return bindings.json
      if (this.#fields.isPlain(fields, serializers, taken))
        return bindings.json + this.#fields.plain(fields, walk, taken)
    }
    const own = this.#fields.named(fields ?? {}, serializers, this.#reserved(present), walk, message)
    // What the call says wins over what was bound, and what the context says over both.
    const bound = bindings.without({ has: (key) => own.has(key) || present.includes(key) })
    return bound + [...own.values()].join('')
  }

  #reserved(present: readonly string[]): Keys {
    return { has: (key) => this.format.reserved.has(key) || present.includes(key) }
  }
}

function serialized(message: unknown, serializer: (message: unknown) => unknown): unknown {
  try {
    return unheard(serializer(message))
  } catch {
    return '[Unreadable]'
  }
}
