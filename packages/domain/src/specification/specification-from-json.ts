import {
  type ExpressionReport,
  FIELD_OPERATORS,
  type FieldOperator,
  isFieldOperator,
  isFieldPath,
  type RawExpression,
  readExpression,
} from '@base/core/expression'
import { checkOneOf, invalidOption } from '@base/core/options'
import { placeOf } from '../place.js'
import { isObject } from '../value-object/object-kind.js'
import type { Path } from './paths.js'
import { type Specification, specificationOf } from './specification.js'

const at = /* @__PURE__ */ placeOf('specificationFromJson')

const MAX_DEPTH = 32
const MAX_NODES = 1_000
const MAX_LIST = 10_000

/** What a field holds, for the operands that come as text. */
export type JsonFieldType = 'string' | 'number' | 'boolean' | 'date' | 'bigint' | 'decimal'

/** What a filter may do with one field. */
export interface JsonFieldRules {
  /** The operators that may be used. @defaultValue all of them */
  readonly operators?: readonly FieldOperator[] | undefined
  /**
   * What the field holds. Operands of another type are then refused, null apart; dates, bigints and decimals are taken
   * from plain text as well as from their tags, a bigint from a whole number within ±2^53 too, and a decimal from any number.
   * @defaultValue unchecked: an operand of another type matches nothing
   */
  readonly type?: JsonFieldType | undefined
}

/** Options of {@link specificationFromJson}. */
export interface JsonFilterOptions<T = unknown> {
  /** The fields that a filter may use: their paths, or rules by path. No other field can be named, nor one whose rules are undefined. */
  readonly fields: readonly Path<T>[] | { readonly [P in Path<T>]?: JsonFieldRules | undefined }
}

/**
 * A specification out of JSON that is not trusted, such as the filter of a request: only the fields and operators that
 * you allow, at most 32 levels, 1,000 parts and 10,000 values in a list. It takes parsed JSON, in the form that
 * `JSON.stringify(specification)` writes.
 *
 * Names that lead to a prototype are refused, and so are unknown properties and functions. What is wrong is reported
 * by its place (`'of.0.value'`), 20 problems at most, and without what was sent.
 *
 * @example
 * const filter = JSON.parse('{"op":"greaterThan","field":"createdAt","value":"2026-01-31T00:00:00Z"}')
 * const recent = specificationFromJson<Purchase>(filter, {
 *   fields: { status: { operators: ['equals', 'isIn'] }, createdAt: { type: 'date' } },
 * })
 *
 * @throws `ValidationError` where the JSON is not such a filter.
 * @throws `InvalidOptionError` where `fields` is wrong.
 */
export function specificationFromJson<T = unknown>(
  json: unknown,
  options: JsonFilterOptions<T>,
): Specification<T> {
  const fields = readFields(options)
  return specificationOf<T>(
    readExpression(json, {
      depth: MAX_DEPTH,
      nodes: MAX_NODES,
      functions: false,
      inspect: (raw, report) => inspectLeaf(raw, fields, report),
    }),
  )
}

type Fields = ReadonlyMap<unknown, JsonFieldRules>

const TYPES: readonly JsonFieldType[] = ['string', 'number', 'boolean', 'date', 'bigint', 'decimal']

function readFields(options: { readonly fields?: unknown } | undefined): Fields {
  const fields = options?.fields
  if (!isObject(fields)) throw invalidOption(fields, at('fields'), 'a list of paths, or rules by path')
  const entries: [unknown, JsonFieldRules][] = Array.isArray(fields)
    ? fields.map((field: unknown) => [field, {}])
    : Object.entries(fields).filter(([, rules]) => rules !== undefined)
  for (const [field, rules] of entries) {
    if (!isFieldPath(field))
      throw invalidOption(field, at('fields'), 'paths of names, none of them empty or of a prototype')
    checkRules(field, rules)
  }
  return new Map(entries)
}

function checkRules(field: string, rules: JsonFieldRules): void {
  if (!isObject(rules)) throw invalidOption(rules, at(`fields.${field}`), 'an object of rules')
  const { operators, type } = rules
  if (operators !== undefined && !(Array.isArray(operators) && operators.every(isFieldOperator)))
    throw invalidOption(operators, at(`fields.${field}.operators`), 'a list of operators')
  if (type !== undefined) checkOneOf(type, TYPES, at(`fields.${field}.type`))
}

/** Refuses what is not allowed, and gives dates, bigints and decimals their tags. */
function inspectLeaf(raw: RawExpression, fields: Fields, report: ExpressionReport): RawExpression {
  const rules = fields.get(raw['field'])
  const op = raw['op'] as FieldOperator
  if (rules === undefined) {
    report('field', 'must be one of the fields that can be filtered')
    return raw
  }
  if (rules.operators?.includes(op) === false) report('op', 'is not allowed for this field')
  const { value } = raw
  if (Array.isArray(value) && value.length > MAX_LIST) {
    report('value', `must have at most ${MAX_LIST} values`)
    return { field: raw['field'], value: [] }
  }
  return rules.type === undefined ? raw : { ...raw, value: typed(op, value, rules.type, report) }
}

function typed(op: FieldOperator, value: unknown, type: JsonFieldType, report: ExpressionReport): unknown {
  const operands = FIELD_OPERATORS[op]
  if (operands === 'text' && type !== 'string') report('op', `is not for a ${type}`)
  if ((operands === 'list' || operands === 'range') && Array.isArray(value))
    return value.map((item, index) => typedScalar(item, type, report, `value.${index}`))
  return operands === 'none' ? value : typedScalar(value, type, report, 'value')
}

function typedScalar(value: unknown, type: JsonFieldType, report: ExpressionReport, path: string): unknown {
  // Null and what is missing are the operator's to judge.
  if (value === null || value === undefined) return value
  const tag = `$${type}`
  if (typeof value === 'object') {
    if (!Object.hasOwn(value, tag)) report(path, `must be a ${type}`)
    return value
  }
  if (type === 'string' || type === 'number' || type === 'boolean') {
    if (typeof value !== type) report(path, `must be a ${type}`)
    return value
  }
  const whole =
    type === 'bigint' ? Number.isSafeInteger(value) : type === 'decimal' && typeof value === 'number'
  return { [tag]: whole ? String(value) : value }
}
