import type { Decimal } from '@base/core/expression'
import type { Scalar } from '@base/domain/specification'
import { arrayLiteral } from './array-literal.js'
import { isDecimal } from './decimal-text.js'
import { type Domain, emptyDomain, type Ordering, type OrderOperator, type Value } from './domain.js'
import {
  bind,
  type Comparator,
  chunksOf,
  joined,
  NEVER,
  opaque,
  raw,
  type Subject,
  type Term,
} from './term.js'
import { spelledDecimal, textDomain } from './text-domain.js'

const TYPE_OF = raw('jsonb_typeof(')
const IS_STRING = raw(") = 'string' and ")
const IS_NUMBER = raw(") = 'number' and ")
const IS_NUMBER_ALONE = raw(") = 'number'")
const IS_ARRAY = raw(") = 'array' and ")
const CONTAINS = raw(' @> ')
const EQUALS_ANY = raw(' = any(')
const AS_JSONB = raw('::jsonb')
const AS_JSONB_ARRAY = raw('::jsonb[])')
const ELEMENTS = raw('exists (select from jsonb_array_elements(case jsonb_typeof(')
const AS_ELEMENT = raw(") when 'array' then ")
const WHERE = raw(' end) as element(value) where ')
const CLOSE = raw(')')

/** A value within JSON, in both forms that SQL has of it. */
export interface JsonSubject {
  /** As `jsonb`. */
  readonly json: Subject
  /** As text; null for JSON's null. */
  readonly text: Subject
}

/**
 * A value within a document: of what type it is decides, row by row, what it can be compared with. Numbers compare as
 * `jsonb` compares them, exact; dates are texts in JSON, so no date is equal to one.
 */
export function jsonDomain(subject: JsonSubject): Domain {
  const { json, text } = subject
  const letters = textDomain(text)
  return {
    ...emptyDomain(text),
    equals: (value) => jsonEquals(subject, value),
    isIn: (values) => jsonIsIn(subject, values),
    order: (op, value) => jsonOrder(subject, op, value),
    text: (leaf) => ifString(json, letters.text(leaf)),
    element: (value) => jsonElement(json, value),
  }
}

function ifString(json: Subject, term: Term): Term {
  return opaque(TYPE_OF, ...json, IS_STRING, ...chunksOf(term))
}

function jsonEquals(subject: JsonSubject, value: Value): Term {
  const { json, text } = subject
  if (typeof value === 'string') return ifString(json, textDomain(text).equals(value))
  if (isDecimal(value)) return jsonDecimal(subject, '=', value)
  const written = toJson(value)
  return written === undefined ? NEVER : opaque(...json, raw(' = '), bind(written), AS_JSONB)
}

function jsonIsIn(subject: JsonSubject, values: readonly Value[]): Term {
  const { json, text } = subject
  const decimals = values.filter(isDecimal).map((value) => jsonDecimal(subject, '=', value))
  const texts = values.filter((value) => typeof value === 'string')
  const others = values.filter((value) => typeof value !== 'string').flatMap((value) => toJson(value) ?? [])
  return joined('or', [
    ...(texts.length === 0 ? [] : [ifString(json, textDomain(text).isIn(texts))]),
    ...(others.length === 0 ? [] : [opaque(...json, EQUALS_ANY, bind(arrayLiteral(others)), AS_JSONB_ARRAY)]),
    ...decimals,
  ])
}

function jsonOrder(subject: JsonSubject, op: OrderOperator, value: Value): Ordering {
  const { json, text } = subject
  if (typeof value === 'string') {
    const { ordered = text } = textDomain(text)
    return opaque(TYPE_OF, ...json, IS_STRING, ...ordered, raw(` ${op} `), bind(value))
  }
  if (isDecimal(value)) return jsonDecimal(subject, op, value)
  if (typeof value !== 'number' && typeof value !== 'bigint') return 'none'
  const written = toJson(value)
  if (written !== undefined) {
    return opaque(TYPE_OF, ...json, IS_NUMBER, ...json, raw(` ${op} `), bind(written), AS_JSONB)
  }
  // NaN and the infinities are in no document; what is there lies on one side of them.
  return (value === Number.NEGATIVE_INFINITY) === op.startsWith('>')
    ? opaque(TYPE_OF, ...json, IS_NUMBER_ALONE)
    : 'none'
}

/** A decimal is compared with numbers, and with the texts that spell one. */
function jsonDecimal({ json, text }: JsonSubject, op: Comparator, { $decimal }: Decimal): Term {
  return joined('or', [
    opaque(TYPE_OF, ...json, IS_NUMBER, ...json, raw(` ${op} `), bind(plain($decimal)), AS_JSONB),
    ifString(json, spelledDecimal(text, op, $decimal)),
  ])
}

function jsonElement(json: Subject, value: Scalar): Term {
  if (value !== null && isDecimal(value)) {
    const element = { json: [raw('element.value')], text: [raw("(element.value #>> '{}')")] }
    const isIt = chunksOf(jsonDecimal(element, '=', value))
    return opaque(ELEMENTS, ...json, AS_ELEMENT, ...json, WHERE, ...isIt, CLOSE)
  }
  const written = value === null ? 'null' : toJson(value)
  if (written === undefined) return NEVER
  return opaque(TYPE_OF, ...json, IS_ARRAY, ...json, CONTAINS, bind(`[${written}]`), AS_JSONB)
}

/** The value as JSON; `undefined` where there is no such value in JSON. */
function toJson(value: Value): string | undefined {
  switch (typeof value) {
    case 'bigint':
      return String(value)
    case 'number':
      return Number.isFinite(value) ? String(value) : undefined
    case 'object':
      return undefined
    default:
      return JSON.stringify(value)
  }
}

/** JSON allows fewer spellings of a number than decimals have. */
function plain(decimal: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = ''] =
    /^([+-]?)0*(\d*)(?:\.(\d*))?(e[+-]?\d+)?$/i.exec(decimal) ?? []
  return `${sign === '-' ? '-' : ''}${whole || '0'}${fraction === '' ? '' : `.${fraction}`}${exponent}`
}
