import { ownText } from '../text/copy-of.js'
import { recurringText } from '../text/recurring-text.js'
import type { ContextIds } from './context-ids.js'
import type { LineParts, LineWriter } from './line-writer.js'

/** Longer texts are cut in a line, so they are not held as they are. */
const LONGEST = 1_000
/** UTF-16 units of a line beside what it says, about: its frame and its ids. To wait it takes as much. */
const FRAME = 200

/** A line that is kept for its request: its text, or what it is written from. Nearly none is ever told. */
export type KeptLine = string | LaterLine

/** A line that is written when it is told. */
export class LaterLine {
  /** UTF-16 units that the line will have, about; nothing waits for free. */
  readonly length: number
  readonly #lines: LineWriter
  readonly #parts: LineParts

  constructor(lines: LineWriter, parts: LineParts, length: number) {
    this.#lines = lines
    this.#parts = parts
    this.length = length
  }

  toString(): string {
    return this.#lines.line(this.#parts)
  }
}

/**
 * A line that is kept, and nothing of what its texts were cut from. It is written at once where what it says could be another
 * thing later.
 */
export function keptLine(lines: LineWriter, parts: LineParts): KeptLine {
  const { message = '', fields = {} } = parts
  if (typeof message !== 'string' || message.length > LONGEST) return ownText(lines.line(parts))
  const own = readFlat(fields)
  if (own === undefined) return ownText(lines.line(parts))
  const length = FRAME + message.length + own.length + parts.bindings.json.length
  const kept = { ...parts, ids: ownIds(parts.ids), fields: own.fields }
  return new LaterLine(
    lines,
    parts.message === undefined ? kept : { ...kept, message: recurringText(message) },
    length,
  )
}

function ownIds(ids: ContextIds): ContextIds {
  const { correlationId, tenantId } = ids
  return {
    ...ids,
    // Another for each request: it would drive out what comes again.
    correlationId: correlationId && ownText(correlationId),
    tenantId: tenantId && recurringText(tenantId),
  }
}

interface Flat {
  readonly fields: object
  readonly length: number
}

/** `undefined` also for fields that cannot be read: the line says which. */
function readFlat(fields: object): Flat | undefined {
  try {
    return flatCopy(fields)
  } catch {
    return undefined
  }
}

/** A copy of fields that are short values, and how long they are; `undefined` where they are anything else. */
function flatCopy(fields: object): Flat | undefined {
  const prototype: unknown = Object.getPrototypeOf(fields)
  if (prototype !== Object.prototype && prototype !== null) return undefined
  const copy: Record<string, unknown> = {}
  let length = 0
  for (const name of Object.keys(fields)) {
    const value: unknown = (fields as Record<string, unknown>)[name]
    if (name === '__proto__' || !isShort(value)) return undefined
    copy[name] = typeof value === 'string' ? recurringText(value) : value
    length += name.length + (typeof value === 'string' ? value.length : 1)
  }
  return { fields: copy, length }
}

function isShort(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= LONGEST
  return value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean'
}
