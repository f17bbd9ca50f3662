import type { ExpressionValue, Leaf, TextLeaf } from '@base/core/expression'
import { operandOf, type Scalar } from '@base/domain/specification'
import { decimalText, isDecimal } from './decimal-text.js'
import {
  type Comparator,
  compare,
  isNull,
  joined,
  NEVER,
  opposite,
  type Side,
  type Subject,
  type Term,
  within,
} from './term.js'

/** An operand that is not null. */
export type Value = NonNullable<Scalar>

/** What an order comes to: a bound, all values that are there, none of them, or a condition of another form. */
export type Ordering = Side | 'all' | 'none' | Term

/** A condition on a field. */
type FieldCondition = Exclude<Leaf, { op: 'satisfies' }>

/**
 * The values that a column can hold, and how they compare with operands. What is asked of it is never about null, and
 * an operand that the column cannot hold gives the rows that memory gives.
 */
export interface Domain {
  /** The column. */
  readonly subject: Subject
  /** The column as its order needs it. @defaultValue the subject */
  readonly ordered?: Subject
  equals(value: Value): Term
  /** The operand as PostgreSQL writes it, where being equal means to be this very value. */
  exact(value: Value): string | undefined
  isIn(values: readonly Value[]): Term
  order(op: OrderOperator, value: Value): Ordering
  text(leaf: TextLeaf): Term
  /** The field is an array with this element. */
  element(value: Scalar): Term
}

/** The operators of order, as SQL writes them. */
export type OrderOperator = Exclude<Comparator, '='>

/** A domain that no operand is of: what every other one is made from. */
export function emptyDomain(subject: Subject): Domain {
  return {
    subject,
    equals: () => NEVER,
    exact: () => undefined,
    isIn: () => NEVER,
    order: () => 'none',
    text: () => NEVER,
    element: () => NEVER,
  }
}

const ORDERS = {
  greaterThan: '>',
  greaterThanOrEqual: '>=',
  lessThan: '<',
  lessThanOrEqual: '<=',
} as const

/** A condition on a field of a domain. */
export function termOf(domain: Domain, leaf: FieldCondition): Term {
  switch (leaf.op) {
    case 'isNull':
      return isNull(domain.subject)
    case 'isNotNull':
      return opposite(isNull(domain.subject))
    case 'equals':
      return equality(domain, readOperand(leaf.value))
    case 'notEquals':
      return opposite(equality(domain, readOperand(leaf.value)))
    case 'isIn':
      return membership(domain, leaf.value.map(readOperand))
    case 'isNotIn':
      return opposite(membership(domain, leaf.value.map(readOperand)))
    case 'between':
      return between(domain, readOperand(leaf.value[0]) as Value, readOperand(leaf.value[1]) as Value)
    case 'contains':
    case 'startsWith':
    case 'endsWith':
      return domain.text(leaf)
    case 'hasElement':
      return domain.element(readOperand(leaf.value))
    default:
      return ordering(domain, domain.order(ORDERS[leaf.op], readOperand(leaf.value) as Value))
  }
}

/** An operand; a decimal as PostgreSQL can read it. */
function readOperand(value: ExpressionValue): Scalar {
  const operand = operandOf(value)
  return operand !== null && isDecimal(operand) ? { $decimal: decimalText(operand) } : operand
}

function equality(domain: Domain, value: Scalar): Term {
  return value === null ? isNull(domain.subject) : domain.equals(value)
}

function membership(domain: Domain, values: readonly Scalar[]): Term {
  const present = values.filter((value) => value !== null)
  const term = present.length === 0 ? NEVER : domain.isIn(present)
  if (present.length === values.length) return term
  return term === NEVER ? isNull(domain.subject) : joined('or', [term, isNull(domain.subject)])
}

function between(domain: Domain, low: Value, high: Value): Term {
  const from = domain.order('>=', low)
  const to = domain.order('<=', high)
  if (from === 'none' || to === 'none') return NEVER
  if (isSide(from) && isSide(to)) return within(domain.ordered ?? domain.subject, from, to)
  if (from === 'all' || to === 'all') return ordering(domain, from === 'all' ? to : from)
  return joined('and', [ordering(domain, from), ordering(domain, to)])
}

function ordering(domain: Domain, found: Ordering): Term {
  if (found === 'none') return NEVER
  if (found === 'all') return opposite(isNull(domain.subject))
  return isSide(found) ? compare(domain.ordered ?? domain.subject, found.op, found.value) : found
}

function isSide(found: Ordering): found is Side {
  return typeof found === 'object' && 'op' in found
}
