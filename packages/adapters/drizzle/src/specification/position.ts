import { arrayLiteral } from './array-literal.js'
import { type Domain, emptyDomain, type Ordering, type OrderOperator, type Value } from './domain.js'
import { compare, isAnyOf, NEVER, type Subject, type Term, within } from './term.js'
import { asLetters, spelledText } from './text-domain.js'

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

/** A domain whose operands have positions. `members` is what is looked for in a list. */
export function positioned(subject: Subject, locate: Locate, members: Subject = subject): Domain {
  return {
    ...emptyDomain(subject),
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

/** The same of a column that is read as text: a text without a position comes where its letters do. */
export function positionedText(subject: Subject, locate: Locate): Domain {
  const domain = positioned(subject, locate)
  return {
    ...domain,
    order: (op, value) => {
      if (typeof value !== 'string' || locate(value) !== undefined) return domain.order(op, value)
      return compare(asLetters(subject), op, value)
    },
    text: spelledText(subject),
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
