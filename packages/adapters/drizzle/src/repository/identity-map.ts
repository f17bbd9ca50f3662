import type { Row } from './options.js'

/** How many entities one repository knows in one transaction: those that were read last, for it may go over a table of millions. */
const MOST_KNOWN = 10_000

/** How much those have together, in characters and parts: large rows would fill the memory. */
const MOST_HELD = 2 ** 24

/** How deep a value is looked into: further the stack might end, and what holds itself has no end. */
const MOST_DEPTH = 500

/** A character for each byte. */
const BYTES = /* @__PURE__ */ new TextDecoder('latin1')

/** What a row held: two that hold the same have the same parts. */
interface Content {
  readonly parts: readonly unknown[]
  readonly size: number
}

interface Known<T> {
  readonly key: unknown
  readonly entity: T
  readonly content: Content
  /** Which was read right before it, and after it. */
  older: Known<T> | undefined
  newer: Known<T> | undefined
}

/**
 * The entities of a transaction by their ids: a row that is read again is the same object, unless the row has changed, so that
 * nobody is given what is out of date.
 *
 * @see Martin Fowler, "Patterns of Enterprise Application Architecture", 2002, "Identity Map"
 */
export class IdentityMap<T> {
  readonly #id: string
  readonly #make: (row: Row) => T
  readonly #known = new Map<unknown, Known<T>>()
  /** The ends of a list: to find the first key of a map costs more the more were deleted before it. */
  #oldest: Known<T> | undefined
  #newest: Known<T> | undefined
  /** The size of all. */
  #held = 0

  /** By the property that is the id. */
  constructor(id: string, make: (row: Row) => T) {
    this.#id = id
    this.#make = make
  }

  /** The entity of a row that was read: the one that is known, or else a new one. */
  read(row: Row): T {
    const content = contentOf(row)
    const known = this.#known.get(this.#keyOf(row))
    if (known === undefined || !isSame(known.content, content)) return this.#keep(row, content)
    // One that is read again and again, as what many others refer to, is not the first to go.
    this.#unlink(known)
    this.#link(known)
    return known.entity
  }

  /** The entity of a row that was written: whoever wrote it is given what was written, whatever became of another since. */
  written(row: Row): T {
    return this.#keep(row, contentOf(row))
  }

  #keep(row: Row, content: Content | undefined): T {
    const key = this.#keyOf(row)
    const entity = this.#make(row)
    this.#forget(this.#known.get(key))
    if (content === undefined) return entity
    const known: Known<T> = { key, entity, content, older: undefined, newer: undefined }
    this.#known.set(key, known)
    this.#held += content.size
    this.#link(known)
    // The last itself stays, however large it is.
    while (this.#known.size > MOST_KNOWN || (this.#held > MOST_HELD && this.#known.size > 1))
      this.#forget(this.#oldest)
    return entity
  }

  #forget(known: Known<T> | undefined): void {
    if (known === undefined) return
    this.#held -= known.content.size
    this.#known.delete(known.key)
    this.#unlink(known)
  }

  #link(known: Known<T>): void {
    known.older = this.#newest
    known.newer = undefined
    if (known.older === undefined) this.#oldest = known
    else known.older.newer = known
    this.#newest = known
  }

  #unlink({ older, newer }: Known<T>): void {
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
  }

  /** Two that share one are told apart by what they hold. */
  #keyOf(row: Row): unknown {
    const id = row[this.#id]
    return typeof id === 'object' ? contentOf({ id })?.parts.filter(isPrimitive).map(String).join() : id
  }
}

/** `undefined` where a value is of a type that does not show what it holds. */
function contentOf(row: Row): Content | undefined {
  const parts: unknown[] = []
  for (const name in row) if (!addParts(parts, row[name], 0)) return undefined
  let size = parts.length
  for (const part of parts) if (typeof part === 'string') size += part.length
  return { parts, size }
}

function isSame({ parts }: Content, other: Content | undefined): boolean {
  if (parts.length !== other?.parts.length) return false
  for (let at = 0; at < parts.length; at++) if (!Object.is(parts[at], other.parts[at])) return false
  return true
}

/** An object begins with its prototype, which no row holds, and how many follow, so that none is the beginning of another. */
function addParts(parts: unknown[], value: unknown, depth: number): boolean {
  if (isPrimitive(value)) {
    parts.push(value)
    return true
  }
  if (value instanceof Uint8Array) {
    parts.push(Uint8Array.prototype, BYTES.decode(value))
    return true
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Date.prototype) {
    parts.push(prototype, (value as Date).getTime())
    return true
  }
  if (depth > MOST_DEPTH || (prototype !== Array.prototype && prototype !== Object.prototype)) return false
  if (Array.isArray(value)) {
    parts.push(prototype, value.length)
    for (const item of value) if (!addParts(parts, item, depth + 1)) return false
    return true
  }
  const names = Object.keys(value as object)
  parts.push(prototype, names.length)
  for (const name of names) {
    parts.push(name)
    if (!addParts(parts, (value as Row)[name], depth + 1)) return false
  }
  return true
}

function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function')
}
