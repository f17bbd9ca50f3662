import { invalidOption, type OptionPlace } from '@base/core/options'
import { isSecret } from '@base/core/secret'
import type { AuditJson } from './audit-entry.js'
import { redactText } from './redaction.js'
import { type IsSecretName, isSecretParameter, REDACTED } from './secret-names.js'

const DEEPEST = 32
/** More is a list that nobody reads, and takes longer than what is audited. */
const MOST_VALUES = 10_000
/** A longer text is content, such as an article: that it changed is what matters. */
const LONGEST_TEXT = 16_384
const LONGEST_NAME = 64

/** A character for each byte, of 256 different ones: by far the fastest text that stands for bytes. */
const oneToOne: InstanceType<typeof TextDecoder> = /* @__PURE__ */ new TextDecoder('latin1', {
  ignoreBOM: true,
})

/** A value that is compared by what it is, and shown as something else. */
export class Concealed {
  readonly value: Plain
  readonly shown: string

  constructor(value: Plain, shown: string) {
    this.value = value
    this.shown = shown
  }
}

/** An object that shows nothing of itself: another one is another value. */
export class Foreign extends Concealed {
  readonly object: object

  constructor(object: object, shown: string) {
    super(null, shown)
    this.object = object
  }
}

/** Objects have no prototype, so that no name means anything. */
export type Plain = null | boolean | number | string | Concealed | readonly Plain[] | PlainObject
/** An object of these. */
export interface PlainObject {
  readonly [key: string]: Plain
}

/**
 * Turns any value into what JSON carries, with its secrets concealed. Whatever cannot be read says so in its place; nothing
 * that a value does makes it throw, except its size.
 *
 * @throws InvalidOptionError where it holds more than 10,000 values.
 */
export function toPlain(value: unknown, isSecretName: IsSecretName, place: OptionPlace): Plain | undefined {
  return new Reader(isSecretName, place).read(value, [])
}

class Reader {
  readonly #isSecretName: IsSecretName
  readonly #place: OptionPlace
  #left = MOST_VALUES

  constructor(isSecretName: IsSecretName, place: OptionPlace) {
    this.#isSecretName = isSecretName
    this.#place = place
  }

  /** `undefined` stands for what is not there. */
  read(value: unknown, within: readonly object[]): Plain | undefined {
    if (this.#left-- === 0)
      throw invalidOption('more', this.#place, `of at most ${MOST_VALUES} values, with all that is in it`)
    if (typeof value === 'object' && value !== null) return this.#try(() => this.#readObject(value, within))
    return typeof value === 'string' ? readText(value, this.#isSecretName) : readScalar(value)
  }

  #readObject(object: object, within: readonly object[]): Plain | undefined {
    if (within.includes(object)) return '[cycle]'
    if (within.length === DEEPEST) return '[deeper]'
    const path = [...within, object]
    if (isSecret(object))
      return new Concealed(this.#try(() => this.read(object.reveal(), path)) ?? null, REDACTED)
    if (Array.isArray(object) || object instanceof Set) return this.#readList(object, path)
    if (object instanceof Map) return this.#readMap(object, path)
    if (object instanceof ArrayBuffer || ArrayBuffer.isView(object)) return readBytes(object)
    if (object instanceof Error) return this.#readError(object, path)
    if (object instanceof RegExp) return this.read(String(object), path)
    const { toJSON } = object as { toJSON?: unknown }
    if (typeof toJSON !== 'function') return this.#readMembers(object, path)
    const json: unknown = toJSON.call(object)
    return json === object ? '[cycle]' : this.read(json, path)
  }

  #readMembers(object: object, path: readonly object[]): Plain {
    const keys = Object.keys(object)
    if (keys.length === 0 && isForeign(object)) return this.#readForeign(object, path)
    // Without a prototype `__proto__` is a name like any other.
    const members = Object.create(null) as Record<string, Plain>
    for (const key of keys) {
      const value = this.#try(() => this.read((object as Record<string, unknown>)[key], path))
      if (value !== undefined) members[key] = conceal(key, value, this.#isSecretName)
    }
    return members
  }

  #readList(list: Iterable<unknown>, path: readonly object[]): readonly Plain[] {
    const items = Array.from(list, (item) => this.read(item, path) ?? null)
    return items.every(isPair) ? concealPairs(items, this.#isSecretName) : items
  }

  #readMap(map: ReadonlyMap<unknown, unknown>, path: readonly object[]): Plain {
    const entries = [...map]
    if (entries.every(([key]) => typeof key === 'string'))
      return this.#readMembers(Object.fromEntries(entries), path)
    return concealPairs(this.#readList(entries, path), this.#isSecretName)
  }

  /** What has entries, such as `Headers`, is read as those; of the rest, such as private members, nothing can be read. */
  #readForeign(object: object, path: readonly object[]): Plain {
    const { entries } = object as { entries?: unknown }
    if (typeof entries !== 'function' || !(Symbol.iterator in object))
      return new Foreign(object, nameOf(object))
    const list = this.#readList(entries.call(object) as Iterable<unknown>, path)
    const isOfParameters = object instanceof URLSearchParams || object instanceof FormData
    return isOfParameters ? concealPairs(list, (name) => isSecretParameter(name, this.#isSecretName)) : list
  }

  #readError(error: Error, path: readonly object[]): Plain {
    const { code } = error as { code?: unknown }
    const facts = { name: error.name, message: error.message, ...(typeof code === 'string' && { code }) }
    return this.read(facts, path) ?? null
  }

  /** One that fails spoils nothing around it. */
  #try(read: () => Plain | undefined): Plain | undefined {
    try {
      return read()
    } catch (error) {
      if (this.#left < 0) throw error
      return '[unreadable]'
    }
  }
}

function conceal(name: string, value: Plain, isSecretName: IsSecretName): Plain {
  return isSecretName(name) ? new Concealed(value, REDACTED) : value
}

/** Of pairs the first is the name of the second. */
function concealPairs(items: readonly Plain[], isSecretName: IsSecretName): readonly Plain[] {
  return items.map((item) => (isPair(item) ? [item[0], conceal(item[0], item[1], isSecretName)] : item))
}

function isPair(plain: Plain): plain is readonly [string, Plain] {
  return Array.isArray(plain) && plain.length === 2 && typeof plain[0] === 'string'
}

/** Whether an object is of a class, also where the plain ones come from another realm. */
function isForeign(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object)
  return prototype !== null && Object.getPrototypeOf(prototype) !== null
}

function nameOf(object: object): string {
  const name: unknown = object.constructor?.name
  return typeof name === 'string' && name !== '' ? `[${name.slice(0, LONGEST_NAME)}]` : '[object]'
}

function readScalar(value: unknown): Plain | undefined {
  if (value === undefined || value === null || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : `[${typeof value}]`
}

function readText(text: string, isSecretName: IsSecretName): Plain {
  if (text.length > LONGEST_TEXT) return new Concealed(text, `[${text.length} characters]`)
  const visible = redactText(text, isSecretName)
  return visible === text ? text : new Concealed(text, visible)
}

/** Compared by their content, and shown by their length: they may be a key, or a picture. */
function readBytes(bytes: ArrayBuffer | ArrayBufferView): Plain {
  const view = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes)
  return new Concealed(oneToOne.decode(view), `[${view.length} bytes]`)
}

/** What may be seen of it. */
export function shown(plain: Plain): AuditJson {
  if (plain instanceof Concealed) return plain.shown
  if (Array.isArray(plain)) return plain.map(shown)
  if (typeof plain !== 'object' || plain === null) return plain as AuditJson
  return Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, shown(value)]))
}
