import { ValidationError } from '../errors/validation-error.js'
import { comparisonWith } from './compare.js'
import type { Expression, Leaf, ListLeaf, TextLeaf } from './expression.js'
import { type FieldReader, type Fields, fieldReader } from './field.js'
import { functionUnsupported, predicateOf } from './function-leaf.js'
import { membership } from './membership.js'
import { operandOf } from './operand.js'

/** Whether a row satisfies an expression. */
export type ExpressionTest = (row: unknown) => boolean

/** Whether the value of a field satisfies a condition. */
type Judge = (value: unknown) => boolean

/**
 * Turns a checked expression into closures, once; a call of the result reads fields and compares, nothing else. What a
 * getter or a function throws is thrown.
 *
 * @example
 * const isOpen = compileExpression(checkedExpression({ op: 'equals', field: 'status', value: 'open' }))
 * isOpen({ status: 'open' }) // true
 *
 * @throws `ValidationError` for an operator that is none; what else is wrong, only `checkedExpression` says.
 */
export function compileExpression(expression: Expression): ExpressionTest {
  switch (expression.op) {
    case 'and':
      return every(expression.of.map(compileExpression))
    case 'or':
      return some(expression.of.map(compileExpression))
    case 'not':
      return negated(compileExpression(expression.of))
    default:
      return leafTest(expression)
  }
}

/** A condition in two halves, for those who want to see the value that was read. */
export interface CompiledLeaf {
  /** Reads what is judged. */
  readonly read: FieldReader
  /** Judges it. */
  readonly test: (value: unknown) => boolean
}

/** The two halves of a condition: for a function, the value is the row itself. */
export function compileLeaf(leaf: Leaf): CompiledLeaf {
  if (leaf.op !== 'satisfies') return { read: fieldReader(leaf.field), test: judge(leaf) }
  const predicate = predicateOf(leaf)
  if (predicate === undefined) throw functionUnsupported(leaf)
  return { read: (row) => row, test: (row) => predicate(row) === true }
}

/** A field of the row itself is read in place, which saves a call. */
function leafTest(leaf: Leaf): ExpressionTest {
  const { read, test } = compileLeaf(leaf)
  if (leaf.op === 'satisfies' || leaf.field.includes('.')) return (row) => test(read(row))
  const name = leaf.field
  if (leaf.op === 'equals' && typeof leaf.value === 'string') {
    const { value } = leaf
    return (row) => (row as Fields)?.[name] === value
  }
  return (row) => test((row as Fields)?.[name])
}

function every(tests: readonly ExpressionTest[]): ExpressionTest {
  const [first, second] = tests
  if (first !== undefined && second !== undefined && tests.length === 2) {
    return (row) => first(row) && second(row)
  }
  return (row) => {
    for (const test of tests) if (!test(row)) return false
    return true
  }
}

function some(tests: readonly ExpressionTest[]): ExpressionTest {
  return (row) => {
    for (const test of tests) if (test(row)) return true
    return false
  }
}

function negated(test: Judge): Judge {
  return (value) => !test(value)
}

function judge(leaf: Exclude<Leaf, { op: 'satisfies' }>): Judge {
  switch (leaf.op) {
    case 'isNull':
      return isNull
    case 'isNotNull':
      return negated(isNull)
    case 'contains':
    case 'startsWith':
    case 'endsWith':
      return judgeText(leaf)
    case 'isIn':
      return membershipOf(leaf)
    case 'isNotIn':
      return negated(membershipOf(leaf))
    case 'between':
      return judgeRange(operandOf(leaf.value[0]), operandOf(leaf.value[1]))
    case 'hasElement': {
      const isElement = equalTo(operandOf(leaf.value))
      return (value) => Array.isArray(value) && value.some(isElement)
    }
    case 'equals':
      return equalTo(operandOf(leaf.value))
    case 'notEquals':
      return negated(equalTo(operandOf(leaf.value)))
    default:
      return judgeOrder(leaf.op, operandOf(leaf.value))
  }
}

type Operand = ReturnType<typeof operandOf>

function isNull(value: unknown): boolean {
  return value === null || value === undefined
}

function equalTo(operand: Operand): Judge {
  if (typeof operand === 'string' || typeof operand === 'boolean') return (value) => value === operand
  const compare = comparisonWith(operand)
  return (value) => compare(value) === 0
}

/** Every answer is false for NaN, which says that the two have no order. */
function judgeOrder(
  op: 'greaterThan' | 'greaterThanOrEqual' | 'lessThan' | 'lessThanOrEqual',
  operand: Operand,
): Judge {
  const compare = comparisonWith(operand)
  switch (op) {
    case 'greaterThan':
      return (value) => compare(value) > 0
    case 'greaterThanOrEqual':
      return (value) => compare(value) >= 0
    case 'lessThan':
      return (value) => compare(value) < 0
    case 'lessThanOrEqual':
      return (value) => compare(value) <= 0
    default:
      // Of what nobody checked; a permission must not pass by an operator that is misspelled.
      throw new ValidationError({ issues: [{ path: 'op', message: 'must be a known operator' }] })
  }
}

function judgeRange(low: Operand, high: Operand): Judge {
  const from = comparisonWith(low)
  const to = comparisonWith(high)
  return (value) => from(value) >= 0 && to(value) <= 0
}

function judgeText({ op, value: wanted, ignoreCase = false }: TextLeaf): Judge {
  const part = ignoreCase ? foldAscii(wanted) : wanted
  const fold = ignoreCase ? foldAscii : (text: string) => text
  switch (op) {
    case 'contains':
      return (value) => typeof value === 'string' && fold(value).includes(part)
    case 'startsWith':
      return (value) => typeof value === 'string' && fold(value).startsWith(part)
    default:
      return (value) => typeof value === 'string' && fold(value).endsWith(part)
  }
}

/** Only A to Z: JavaScript and each database fold the rest in their own ways. */
function foldAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

function membershipOf({ value }: ListLeaf): Judge {
  return membership(value.map(operandOf))
}
