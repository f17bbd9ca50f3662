import { UnsupportedError } from '@base/core/errors'
import { type Column, StringChunk } from 'drizzle-orm'
import { arrayDomain, ELEMENT } from './array-domain.js'
import { arrayLiteral } from './array-literal.js'
import { type Domain, emptyDomain, type Value } from './domain.js'
import { booleanDomain, enumDomain } from './finite-domain.js'
import { doubleDomain, realDomain } from './float-domain.js'
import { integerDomain } from './integer-domain.js'
import { jsonDomain } from './json-domain.js'
import { decimalDomain, numericDomain } from './numeric-domain.js'
import { compare, isAnyOf, joined, raw, type Subject } from './term.js'
import { spelledDomain, textDomain } from './text-domain.js'
import { dayDomain, spelledDayDomain, timestampDomain } from './time-domain.js'
import { uuidDomain } from './uuid-domain.js'

type Make = (subject: Subject, column: Column) => Domain

const small: Make = (subject) => integerDomain(subject, 16)
const integer: Make = (subject) => integerDomain(subject, 32)
const big: Make = (subject) => integerDomain(subject, 64)
const enumerated: Make = (subject, column) => enumDomain(subject, column.enumValues ?? [])
const document: Make = (subject, column) => jsonDomain(jsonAt(subject, [], castOf(column)))

/** By what drizzle calls the class of a column: that is, by type and by what it is read as. */
const DOMAINS: Readonly<Record<string, Make>> = {
  PgText: textDomain,
  PgVarchar: textDomain,
  PgUUID: uuidDomain,
  PgEnumColumn: enumerated,
  PgEnumObjectColumn: enumerated,
  PgBoolean: booleanDomain,
  PgSmallInt: small,
  PgSmallSerial: small,
  PgInteger: integer,
  PgSerial: integer,
  PgBigInt53: big,
  PgBigInt64: big,
  PgBigSerial53: big,
  PgBigSerial64: big,
  PgReal: realDomain,
  PgDoublePrecision: doubleDomain,
  PgNumeric: decimalDomain,
  PgNumericNumber: numericDomain,
  PgNumericBigInt: numericDomain,
  PgTimestamp: (subject, column) => timestampDomain(subject, isFinerThanMilliseconds(column)),
  PgTimestampString: spelledDomain,
  PgDate: dayDomain,
  PgDateString: spelledDayDomain,
  PgTime: spelledDomain,
  PgInterval: spelledDomain,
  PgJson: document,
  PgJsonb: document,
  PgCustomColumn: customDomain,
  PgArray: (subject, column) =>
    // An array of arrays holds no scalar, and no null.
    isArray(baseOf(column)) ? emptyDomain(subject) : arrayDomain(subject, elementsOf(column)),
}

/** Of columns that were asked for before; an alias gives new ones each time. */
const known = new WeakMap<Column, Domain>()

/** The domain of a column, at a path within it where there is one. */
export function domainOf(column: Column, path: readonly string[], field: string): Domain {
  if (path.length > 0) return jsonDomain(jsonAt([column], path, castOf(column)))
  const remembered = known.get(column)
  if (remembered !== undefined) return remembered
  const make = DOMAINS[column.columnType]
  if (make === undefined) return unknownDomain(column, [column], field)
  const domain = make([column], column)
  known.set(column, domain)
  return domain
}

/** Whether a column holds documents, and so paths lead into it. */
export function isDocument({ columnType }: Column): boolean {
  return columnType === 'PgJson' || columnType === 'PgJsonb'
}

function elementsOf(column: Column): Domain {
  const base = baseOf(column)
  if (base === undefined) return emptyDomain(ELEMENT)
  return DOMAINS[base.columnType]?.(ELEMENT, base) ?? unknownDomain(base, ELEMENT, column.name)
}

function baseOf(column: Column): Column | undefined {
  return (column as Column & { readonly baseColumn?: Column }).baseColumn
}

function isArray(column: Column | undefined): boolean {
  return column?.columnType === 'PgArray'
}

function isFinerThanMilliseconds(column: Column): boolean {
  const { precision = 6 } = column as Column & { readonly precision?: number }
  return precision > 3
}

/** The operators are those of `jsonb`. */
function castOf({ columnType }: Column): string {
  return columnType === 'PgJsonb' ? '' : '::jsonb'
}

/** A type of the user's: equal to what its own codec makes of the operand, as the database sees it, and in no order. */
function customDomain(subject: Subject, column: Column): Domain {
  const equals = (value: Value) => compare(subject, '=', value, column)
  return {
    ...unknownDomain(
      column,
      subject,
      column.name,
      `a customType (${column.getSQLType()}), which can be compared for equality alone`,
    ),
    equals,
    isIn: (values) => {
      const written = values.map((value): unknown => column.mapToDriverValue(value))
      // What has no text of its own, such as bytes, is bound one by one.
      return written.every(isWord)
        ? isAnyOf(subject, arrayLiteral(written.map(String)))
        : joined('or', values.map(equals))
    },
  }
}

function isWord(written: unknown): boolean {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof written)
}

/** A column of which only the database knows what is equal: whether it is null can be asked, and nothing else. */
function unknownDomain(
  column: Column,
  subject: Subject,
  field: string,
  what = `of type ${column.getSQLType()}, whose values memory and database compare differently`,
): Domain {
  const refuse = () => {
    throw new UnsupportedError({
      message: `'${field}' is ${what}.`,
      details: { field },
    })
  }
  return {
    subject,
    equals: refuse,
    exact: refuse,
    isIn: refuse,
    order: refuse,
    text: refuse,
    element: refuse,
  }
}

/** Names that may be written as they are: an index on an expression is found by its very text. */
const SAFE_NAME = /^[\w $-]+$/

/** The value at a path: an arrow with a name enters objects only, as paths do in memory. */
function jsonAt(column: Subject, path: readonly string[], cast: string) {
  const start: Subject = [raw('('), ...column, raw(cast)]
  if (path.length === 0) {
    return { json: [...start, raw(')')], text: [...start, raw(" #>> '{}')")] }
  }
  // Not remembered as other texts are: there is no end of names.
  const steps = path.map((name) => new StringChunk(quoted(name)))
  const [last, ...before] = steps.reverse()
  const way = [...start, ...before.reverse().flatMap((step) => [raw(' -> '), step])]
  return {
    json: [...way, raw(' -> '), last, raw(')')],
    text: [...way, raw(' ->> '), last, raw(')')],
  }
}

/** What no name in a document holds: the one would end the statement, the other become U+FFFD, which is another name. */
const UNSTORABLE = /[\0\p{Surrogate}]/u

/** Other names go into an escape string, which means the same whatever `standard_conforming_strings` says. */
function quoted(name: string): string {
  if (SAFE_NAME.test(name)) return `'${name}'`
  if (UNSTORABLE.test(name)) return 'null::text'
  return `E'${name.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}
