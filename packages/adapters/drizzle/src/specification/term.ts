import { type Column, Param, type SQLChunk, StringChunk } from 'drizzle-orm'

/** Where chunks of SQL are written to: one flat list, for each `SQL` within another costs a walk at every query. */
export type Out = SQLChunk[]

/**
 * A condition as SQL. `write` may leave it unknown where the field is null, for `where` takes unknown for false and `and`
 * and `or` are monotone; `negate` writes the opposite and is true there. So no condition is wrapped into something that
 * keeps PostgreSQL from its indexes.
 */
export interface Term {
  write(out: Out): void
  negate(out: Out): void
}

/** What a condition looks at: a column, or an expression in its place. */
export type Subject = readonly SQLChunk[]

/** An operator of order or equality. */
export type Comparator = '=' | '<' | '<=' | '>' | '>='

const INVERSE: Readonly<Record<Comparator, string>> = {
  '=': '<>',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
}

const chunks = new Map<string, StringChunk>()

/** Text of SQL; the same object each time, for the texts are few. */
export function raw(text: string): StringChunk {
  const known = chunks.get(text)
  if (known !== undefined) return known
  const chunk = new StringChunk(text)
  chunks.set(text, chunk)
  return chunk
}

/** A value that is bound, not written; `encoder` is the column that says how. */
export function bind(value: unknown, encoder?: Column): Param {
  return new Param(value, encoder)
}

const OPEN = raw('(')
const CLOSE = raw(')')
const AND = raw(' and ')
const OR = raw(' or ')
const IS_NULL = raw(' is null')
const IS_NOT_NULL = raw(' is not null')
const OR_NULL_CLOSE = raw(' is null)')
const IS_NOT_TRUE = raw(') is not true')
const TRUE = raw('true')
const FALSE = raw('false')
const EQUALS_ANY = raw(' = any(')
const DIFFERS_FROM_ALL = raw(' <> all(')

/** True of no row. */
export const NEVER: Term = {
  write: (out) => void out.push(FALSE),
  negate: (out) => void out.push(TRUE),
}

/** True of every row. */
const ALWAYS: Term = { write: NEVER.negate, negate: NEVER.write }

/** The field is null. */
export function isNull(subject: Subject): Term {
  return {
    write: (out) => void out.push(...subject, IS_NULL),
    negate: (out) => void out.push(...subject, IS_NOT_NULL),
  }
}

/** The opposite. */
export function opposite({ write, negate }: Term): Term {
  return { write: negate, negate: write }
}

const POSITIVE: Readonly<Record<Comparator, StringChunk>> = spaced((op) => op)
const NEGATIVE: Readonly<Record<Comparator, StringChunk>> = spaced((op) => INVERSE[op])

function spaced(operator: (op: Comparator) => string): Record<Comparator, StringChunk> {
  const chunk = (op: Comparator) => raw(` ${operator(op)} `)
  return { '=': chunk('='), '<': chunk('<'), '<=': chunk('<='), '>': chunk('>'), '>=': chunk('>=') }
}

/** The field stands so to the value. */
export function compare(subject: Subject, op: Comparator, value: unknown, encoder?: Column): Term {
  return tested(subject, POSITIVE[op], NEGATIVE[op], bind(value, encoder))
}

/** The field is so, or else is not so or null. */
function tested(subject: Subject, is: StringChunk, isNot: StringChunk, ...what: SQLChunk[]): Term {
  return {
    write: (out) => void out.push(...subject, is, ...what),
    negate: (out) => void out.push(OPEN, ...subject, isNot, ...what, OR, ...subject, OR_NULL_CLOSE),
  }
}

/** The field lies between two ends. */
export function within(subject: Subject, low: Side, high: Side): Term {
  return {
    write: (out) => {
      out.push(OPEN, ...subject, POSITIVE[low.op], bind(low.value), AND)
      out.push(...subject, POSITIVE[high.op], bind(high.value), CLOSE)
    },
    negate: (out) => {
      out.push(OPEN, ...subject, NEGATIVE[low.op], bind(low.value), OR)
      out.push(...subject, NEGATIVE[high.op], bind(high.value), OR, ...subject, OR_NULL_CLOSE)
    },
  }
}

/** One end of a range. */
export interface Side {
  readonly op: Comparator
  readonly value: unknown
}

/** The field is one of the elements of an array, which is one parameter however long it is. */
export function isAnyOf(subject: Subject, array: string): Term {
  return tested(subject, EQUALS_ANY, DIFFERS_FROM_ALL, bind(array), CLOSE)
}

const LIKE = raw(' like ')
const NOT_LIKE = raw(' not like ')

/** The field is like a pattern. */
export function isLike(subject: Subject, pattern: string): Term {
  return tested(subject, LIKE, NOT_LIKE, bind(pattern))
}

/** A condition whose opposite no index serves anyway. */
export function opaque(...sql: SQLChunk[]): Term {
  return {
    write: (out) => void out.push(OPEN, ...sql, CLOSE),
    negate: (out) => void out.push(OPEN, OPEN, ...sql, CLOSE, IS_NOT_TRUE),
  }
}

/** A condition, to be written within another. */
export function chunksOf(term: Term): Out {
  const out: Out = []
  term.write(out)
  return out
}

/** All of them, or one at least. Of one it is that one. */
export function joined(op: 'and' | 'or', terms: readonly Term[]): Term {
  const [only, second] = terms
  if (only === undefined) return op === 'and' ? ALWAYS : NEVER
  if (second === undefined) return only
  const isAnd = op === 'and'
  return {
    write: (out) => writeAll(out, isAnd ? AND : OR, terms, 'write'),
    negate: (out) => writeAll(out, isAnd ? OR : AND, terms, 'negate'),
  }
}

function writeAll(out: Out, word: StringChunk, terms: readonly Term[], method: keyof Term): void {
  out.push(OPEN)
  for (const [index, term] of terms.entries()) {
    if (index > 0) out.push(word)
    term[method](out)
  }
  out.push(CLOSE)
}
