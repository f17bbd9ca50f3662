import type { ExpressionValue, Leaf } from '@base/core/expression'
import { specificationOf } from '@base/domain/specification'
import { arrayLiteral } from './array-literal.js'
import { type Domain, emptyDomain } from './domain.js'
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
  return finiteDomain(
    subject,
    values,
    (value) => compare(subject, '=', value),
    (found) => isAnyOf(subject, arrayLiteral(found)),
  )
}

/** `boolean`: written, not bound, so that partial indexes serve it. */
export function booleanDomain(subject: Subject): Domain {
  return finiteDomain(
    subject,
    [false, true],
    (value) => truth(subject, value),
    () => opposite(isNull(subject)),
  )
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

/** `one` and `several` are the conditions for the values that satisfy what is asked. */
function finiteDomain<V>(
  subject: Subject,
  values: readonly V[],
  one: (value: V) => Term,
  several: (values: readonly V[]) => Term,
): Domain {
  const select = (leaf: Leaf) => {
    const specification = specificationOf<{ v: V }>(leaf)
    const found = values.filter((v) => specification.isSatisfiedBy({ v }))
    const [only] = found
    if (only === undefined) return NEVER
    return found.length === 1 ? one(only) : several(found)
  }
  // Specifications read the values that they hold as well as their tagged forms.
  return {
    ...emptyDomain(subject),
    equals: (value) => select({ op: 'equals', field: 'v', value: value as ExpressionValue }),
    exact: (value) => (values.includes(value as V) ? String(value) : undefined),
    isIn: (wanted) => select({ op: 'isIn', field: 'v', value: wanted as readonly ExpressionValue[] }),
    order: (op, value) => select({ op: OPERATORS[op], field: 'v', value: value as never }),
    text: (leaf) => select({ ...leaf, field: 'v' }),
  }
}
