import type { TextLeaf } from '@base/core/expression'
import { arrayLiteral } from './array-literal.js'
import { isDecimal } from './decimal-text.js'
import { type Domain, emptyDomain, type Value } from './domain.js'
import {
  bind,
  type Comparator,
  compare,
  isAnyOf,
  isLike,
  joined,
  NEVER,
  opaque,
  raw,
  type Subject,
  type Term,
} from './term.js'

const COLLATE = raw(' collate "C"')
const AS_TEXT = raw('::text')
const LOWER = raw('lower(')
const CLOSE = raw(')')

/** Text, equal letter by letter and ordered by code point. */
export function textDomain(subject: Subject): Domain {
  const ordered = [...subject, COLLATE]
  return {
    ...emptyDomain(subject),
    ordered,
    equals: (value) => textEquals(subject, value),
    exact: (value) => (typeof value === 'string' ? value : undefined),
    isIn: (values) => textIsIn(subject, values),
    order: (op, value) => {
      if (typeof value === 'string') return { op, value }
      return isDecimal(value) ? spelledDecimal(subject, op, value.$decimal) : 'none'
    },
    text: (leaf) => like(subject, leaf),
  }
}

/** A column that drizzle reads as the text that PostgreSQL writes: no index serves it, and no value of it is every text. */
export function spelledDomain(subject: Subject): Domain {
  return { ...textDomain([...subject, AS_TEXT]), exact: () => undefined }
}

/** The column as the letters of that text. */
export function asLetters(subject: Subject): Subject {
  return [...subject, AS_TEXT, COLLATE]
}

/** The text operators alone, for a column that is read as text and compared otherwise. */
export function spelledText(subject: Subject): Domain['text'] {
  return (leaf) => like([...subject, AS_TEXT], leaf)
}

function textEquals(subject: Subject, value: Value): Term {
  if (typeof value === 'string') return compare(subject, '=', value)
  return isDecimal(value) ? spelledDecimal(subject, '=', value.$decimal) : NEVER
}

function textIsIn(subject: Subject, values: readonly Value[]): Term {
  const texts = values.filter((value) => typeof value === 'string')
  const decimals = values.filter(isDecimal).map((value) => spelledDecimal(subject, '=', value.$decimal))
  const terms = texts.length === 0 ? decimals : [isAnyOf(subject, arrayLiteral(texts)), ...decimals]
  return joined('or', terms)
}

/** Texts that spell a number, short enough for numeric to hold it, so that the cast never fails. */
const SPELLS_NUMBER = `'^([+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,4})?|NaN|-?Infinity)$'`

const CASE = raw('case when length(')
const MATCHES = raw(`) <= 1000 and `)
const THEN = raw(` collate "C" ~ ${SPELLS_NUMBER} then (`)
const AS_NUMERIC = raw(')::numeric ')
const NUMERIC_END = raw('::numeric end')

/** A decimal is compared with the number that a text spells. */
export function spelledDecimal(subject: Subject, op: Comparator, decimal: string): Term {
  return opaque(
    CASE,
    ...subject,
    MATCHES,
    ...subject,
    THEN,
    ...subject,
    AS_NUMERIC,
    raw(`${op} `),
    bind(decimal),
    NUMERIC_END,
  )
}

/** `like`, with what the text means literally escaped; indexes of trigrams and patterns serve it. */
function like(subject: Subject, { op, value, ignoreCase = false }: TextLeaf): Term {
  const text = (ignoreCase ? foldAscii(value) : value).replace(/[\\%_]/g, '\\$&')
  const pattern = `${op === 'startsWith' ? '' : '%'}${text}${op === 'endsWith' ? '' : '%'}`
  // In the collation "C" only the letters of ASCII are folded.
  return isLike(ignoreCase ? [LOWER, ...subject, COLLATE, CLOSE] : subject, pattern)
}

function foldAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
