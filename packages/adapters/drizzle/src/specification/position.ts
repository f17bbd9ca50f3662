import { arrayLiteral } from './array-literal.js'
import type { Domain, Ordering, OrderOperator, Value } from './domain.js'
import { compare, isAnyOf, NEVER, type Subject, type Term, within } from './term.js'

/** Where an operand lies among the values of an ordered column. */
export type Position =
  /** Beyond them all. */
  | 'above'
  | 'below'
  | {
      /** A value that the column can hold, as text: the operand, or its neighbour. */
      readonly bound: string
      /** How it stands to the operand: below 0 where the operand is greater. */
      readonly side: number
      /** Where the values that are equal to the operand end, if they are more than one; then `side` is 0. */
      readonly next?: string
    }

/** Finds the position of an operand; `undefined` where it is of another kind, and so equal and ordered to nothing. */
export type Locate = (value: Value) => Position | undefined

/** The equality and order of a domain whose operands have positions. */
export function positioned(
  subject: Subject,
  locate: Locate,
  members: Subject = subject,
): Pick<Domain, 'equals' | 'exact' | 'isIn' | 'order'> {
  return {
    equals: (value) => equalTo(subject, locate(value)),
    exact: (value) => {
      const position = locate(value)
      return isHeld(position) && position.next === undefined ? position.bound : undefined
    },
    order: (op, value) => orderBy(op, locate(value)),
    isIn: (values) => {
      const bounds = values.map(locate).filter(isHeld)
      return bounds.length === 0 ? NEVER : isAnyOf(members, arrayLiteral(bounds.map(({ bound }) => bound)))
    },
  }
}

type Held = Exclude<Position, string>

function isHeld(position: Position | undefined): position is Held {
  return typeof position === 'object' && position.side === 0
}

function equalTo(subject: Subject, position: Position | undefined): Term {
  if (!isHeld(position)) return NEVER
  const { bound, next } = position
  if (next === undefined) return compare(subject, '=', bound)
  return within(subject, { op: '>=', value: bound }, { op: '<', value: next })
}

function orderBy(op: OrderOperator, position: Position | undefined): Ordering {
  if (position === undefined) return 'none'
  if (typeof position === 'string') return (position === 'above') === op.startsWith('<') ? 'all' : 'none'
  const { bound, side, next } = position
  if (next !== undefined) {
    if (op === '>') return { op: '>=', value: next }
    if (op === '<=') return { op: '<', value: next }
    return { op, value: bound }
  }
  // The neighbour itself is on the wanted side or not, whatever the operator says of the operand.
  if (side > 0) return { op: op.startsWith('>') ? '>=' : '<', value: bound }
  if (side < 0) return { op: op.startsWith('>') ? '>' : '<=', value: bound }
  return { op, value: bound }
}
