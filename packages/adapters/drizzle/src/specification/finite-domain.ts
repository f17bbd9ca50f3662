import type { ExpressionValue, Leaf } from '@base/core/expression'
import { specificationOf } from '@base/domain/specification'
import { arrayLiteral } from './array-literal.js'
import { type Domain, emptyDomain, type OrderOperator, type Value } from './domain.js'
import { compare, isAnyOf, isNull, NEVER, opposite, raw, type Subject, type Term } from './term.js'

const OPERATORS = {
  '<': 'lessThan',
  '<=': 'lessThanOrEqual',
  '>': 'greaterThan',
  '>=': 'greaterThanOrEqual',
} as const

/**
 * A column with few values, all known: a condition becomes the list of those that satisfy it in memory, so that the
 * order of an enum is that of its letters in both, and its index serves every condition.
 */
export function enumDomain(subject: Subject, values: readonly string[]): Domain {
  const select = (leaf: Leaf) => {
    const found = satisfying(leaf, values)
    const [only] = found
    if (only === undefined) return NEVER
    return found.length === 1 ? compare(subject, '=', only) : isAnyOf(subject, arrayLiteral(found))
  }
  return finiteDomain(subject, values, select)
}

/** `boolean`: written, not bound, so that partial indexes serve it. */
export function booleanDomain(subject: Subject): Domain {
  const select = (leaf: Leaf) => {
    const found = satisfying(leaf, [false, true])
    const [only] = found
    if (only === undefined) return NEVER
    return found.length === 1 ? truth(subject, only) : opposite(isNull(subject))
  }
  return finiteDomain(subject, [false, true], select)
}

const IS = { true: raw(' = true'), false: raw(' = false') } as const
const IS_NOT = { true: raw(' is not true'), false: raw(' is not false') } as const

function truth(subject: Subject, value: boolean): Term {
  const word = value ? 'true' : 'false'
  return {
    write: (out) => void out.push(...subject, IS[word]),
    negate: (out) => void out.push(...subject, IS_NOT[word]),
  }
}

function finiteDomain(subject: Subject, values: readonly unknown[], select: (leaf: Leaf) => Term): Domain {
  const order = (op: OrderOperator, value: Value) =>
    select({ op: OPERATORS[op], field: 'v', value: value as never })
  return {
    ...emptyDomain(subject),
    equals: (value) => select({ op: 'equals', field: 'v', value: tagged(value) }),
    exact: (value) => (values.includes(value) ? String(value) : undefined),
    isIn: (wanted) => select({ op: 'isIn', field: 'v', value: wanted.map(tagged) }),
    order,
    text: (leaf) => select({ ...leaf, field: 'v' }),
  }
}

/** Specifications read the values that they hold as well as their tagged forms. */
function tagged(value: Value): ExpressionValue {
  return value as ExpressionValue
}

function satisfying<V>(leaf: Leaf, values: readonly V[]): V[] {
  const specification = specificationOf<{ v: V }>(leaf)
  return values.filter((v) => specification.isSatisfiedBy({ v }))
}
