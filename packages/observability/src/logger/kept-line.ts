import { ownText } from '../text/copy-of.js'
import { recurringText } from '../text/recurring-text.js'
import type { LineParts, LineWriter } from './line-writer.js'
import { isPlain } from './to-plain.js'

/** UTF-16 units of a text that is held as it is, as most statements are. */
const LONGEST = 2_100
/** Items of a list that is held as it is. */
const MOST_ITEMS = 20
/** Said of a value that is not held as it is. */
const NONE = Symbol('none')
/** UTF-16 units of a line beside what it says, about: its frame and its ids. To wait it takes as much. */
const FRAME = 200

/** A line that is kept for its request: its text, or what it is written from. Nearly none is ever told. */
export type KeptLine = string | LaterLine

/** A line that is written when it is told. */
class LaterLine {
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
 * A line that is kept for a request of this id, and nothing of what its texts were cut from. It is written at once where what it
 * says could be another thing later.
 */
export function keptLine(lines: LineWriter, parts: LineParts, request: string): KeptLine {
  const { message = '', fields = {}, bindings } = parts
  const own = typeof message === 'string' && message.length <= LONGEST ? flatCopy(fields) : undefined
  if (own === undefined) return ownText(lines.line(parts))
  const { correlationId, tenantId } = parts.ids
  const kept = {
    ...parts,
    ids: {
      ...parts.ids,
      // As a text that comes again it would drive out those that do.
      correlationId: correlationId && request,
      tenantId: tenantId && recurringText(tenantId),
    },
    fields: own.fields,
    message: parts.message && recurringText(message as string),
  }
  return new LaterLine(lines, kept, FRAME + (message as string).length + own.length + bindings.json.length)
}

/** A copy of fields that are short values or lists of some, and how long they are; `undefined` where they are anything else. */
function flatCopy(fields: object): { readonly fields: object; readonly length: number } | undefined {
  try {
    if (!isPlain(fields)) return undefined
    const copy: Record<string, unknown> = {}
    let length = 0
    for (const name of Object.keys(fields)) {
      const own = ownValue(fields[name])
      if (own === NONE || name === '__proto__') return undefined
      copy[name] = own
      length += name.length + (typeof own === 'number' ? 1 : String(own).length)
    }
    return { fields: copy, length }
  } catch {
    // The line says which cannot be read.
    return undefined
  }
}

/** A short value or a list of some, which keeps nothing and never becomes another. */
function ownValue(value: unknown): unknown {
  if (!Array.isArray(value)) return shortValue(value)
  if (value.length > MOST_ITEMS) return NONE
  const list = Array.from({ length: value.length }, (_, index) => shortValue(value[index]))
  return list.includes(NONE) ? NONE : list
}

function shortValue(value: unknown): unknown {
  if (typeof value === 'string') return value.length > LONGEST ? NONE : recurringText(value)
  const isShort =
    value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean'
  return isShort ? value : NONE
}
