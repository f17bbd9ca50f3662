import { ValidationError } from '../errors/validation-error.js'
import type { ValidationIssue } from '../errors/validation-issue.js'
import type { ExpressionValue, FieldOperator, Leaf } from './expression.js'
import { isFieldPath } from './field.js'
import { allowedInTag, describeOperand, toExpressionValue, toOrderedValue } from './operand.js'
import { seal } from './sealed.js'

/** What may stand in a condition that has not been checked yet. */
export interface RawLeaf {
  /** The path of the field. */
  readonly field: unknown
  /** The operand. */
  readonly value?: unknown
  /** Whether case is ignored. */
  readonly ignoreCase?: unknown
}

/** Takes one thing that is wrong; `path` is within the condition. */
export type ExpressionReport = (path: string, message: string, code?: ValidationIssue['code']) => void

/** What an operator takes as its value. */
export type OperandKind = 'none' | 'scalar' | 'ordered' | 'range' | 'text' | 'list'

/** Every operator on a field, by what it takes. */
export const FIELD_OPERATORS: Readonly<Record<FieldOperator, OperandKind>> = {
  equals: 'scalar',
  notEquals: 'scalar',
  greaterThan: 'ordered',
  greaterThanOrEqual: 'ordered',
  lessThan: 'ordered',
  lessThanOrEqual: 'ordered',
  between: 'range',
  contains: 'text',
  startsWith: 'text',
  endsWith: 'text',
  isIn: 'list',
  isNotIn: 'list',
  isNull: 'none',
  isNotNull: 'none',
  hasElement: 'scalar',
}

/** Whether a value names an operator on a field. */
export function isFieldOperator(op: unknown): op is FieldOperator {
  return typeof op === 'string' && Object.hasOwn(FIELD_OPERATORS, op)
}

/** The condition, sealed; throws a `ValidationError` naming the field where an operand is not allowed. */
export function leafOf(op: FieldOperator, raw: RawLeaf): Leaf {
  const issues: ValidationIssue[] = []
  const read = readLeaf(op, raw, (path, message) => {
    const place = path === 'field' || !isFieldPath(raw.field) ? path : raw.field
    issues.push({ path: place, message: `${op}: ${message}` })
  })
  if (issues.length > 0) throw new ValidationError({ issues })
  return read
}

/** The condition, sealed; what is wrong is reported, and then the result is worth nothing. */
export function readLeaf(op: FieldOperator, raw: RawLeaf, report: ExpressionReport): Leaf {
  if (!isFieldPath(raw.field))
    report('field', 'must be a path of names, none of them empty or of a prototype')
  const operands = FIELD_OPERATORS[op]
  if (operands === 'none' && raw.value !== undefined) report('value', 'must be absent')
  const parts = {
    op,
    field: raw.field,
    ...(operands !== 'none' && { value: readValue(operands, raw.value, report) }),
    ...ignoreCase(operands, raw.ignoreCase, report),
  }
  // Sound by the table above, which the compiler cannot see through.
  return seal(parts as Leaf)
}

function readValue(operands: OperandKind, value: unknown, report: ExpressionReport): unknown {
  switch (operands) {
    case 'text':
      return typeof value === 'string' ? scalar(value, report) : refuse(value, 'a text', report)
    case 'range':
      return range(value, report)
    case 'list':
      return list(value, report)
    case 'ordered':
      return ordered(value, report)
    default:
      return scalar(value, report)
  }
}

const SCALARS = 'a text, number, bigint, boolean, valid date, decimal or null'
const ORDERED = 'a text, number, bigint, valid date or decimal'

function scalar(value: unknown, report: ExpressionReport, path = 'value'): ExpressionValue {
  return (
    toExpressionValue(value) ??
    (value === null ? null : refuse(value, allowedInTag(value) ?? SCALARS, report, path))
  )
}

function ordered(value: unknown, report: ExpressionReport, path = 'value'): ExpressionValue {
  return toOrderedValue(value) ?? refuse(value, allowedInTag(value) ?? ORDERED, report, path)
}

function range(value: unknown, report: ExpressionReport): readonly ExpressionValue[] {
  if (!Array.isArray(value) || value.length !== 2) {
    refuse(value, 'two ends', report)
    return []
  }
  return Object.freeze([ordered(value[0], report, 'value.0'), ordered(value[1], report, 'value.1')])
}

function list(value: unknown, report: ExpressionReport): readonly ExpressionValue[] {
  if (!Array.isArray(value)) {
    refuse(value, 'an array', report)
    return []
  }
  return Object.freeze(Array.from(value, (item, index) => scalar(item, report, `value.${index}`)))
}

function refuse(value: unknown, allowed: string, report: ExpressionReport, path = 'value'): null {
  report(path, `must be ${allowed}, received ${describeOperand(value)}`)
  return null
}

function ignoreCase(operands: OperandKind, value: unknown, report: ExpressionReport): object {
  if (value === undefined || (value === false && operands === 'text')) return {}
  if (operands === 'text' && value === true) return { ignoreCase: true }
  report('ignoreCase', operands === 'text' ? 'must be true or false' : 'is for text operators only')
  return {}
}
