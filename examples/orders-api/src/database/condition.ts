import type { Expression, ExpressionValue, FieldOperator, OrderedValue } from '@base/core/expression'
import { operandOf, type Path } from '@base/domain/specification'

/** A field in SQL, never null; text collates as "C", dates are milliseconds, so that none is out of range. */
export interface Field {
  readonly sql: string
  readonly type: 'text' | 'numeric'
}

/** The fields of a `T` that a query may name. */
export type Fields<T> = { readonly [P in Path<T>]?: Field }

const SIGNS = { greaterThan: '>', greaterThanOrEqual: '>=', lessThan: '<', lessThanOrEqual: '<=' } as const

/** The operators that become SQL. */
export const operators: readonly FieldOperator[] = [
  ...(Object.keys(SIGNS) as (keyof typeof SIGNS)[]),
  ...(['equals', 'notEquals', 'isIn', 'isNotIn'] as const),
]

/** Writes expressions as conditions of SQL, and collects their values as parameters. */
export class ConditionWriter {
  readonly parameters: unknown[] = []
  readonly #fields: Readonly<Record<string, Field | undefined>>

  constructor(fields: Fields<unknown>) {
    this.#fields = fields
  }

  /** @throws Error for a field or an operator that has no SQL: a mistake in our code, for filters are checked before. */
  write(expression: Expression): string {
    switch (expression.op) {
      case 'and':
      case 'or':
        return `(${expression.of.map((part) => this.write(part)).join(` ${expression.op} `) || expression.op === 'and'})`
      case 'not':
        return `not ${this.write(expression.of)}`
      case 'equals':
      case 'isIn':
        return this.#among(expression.field, [expression.value].flat())
      case 'notEquals':
      case 'isNotIn':
        return `not ${this.#among(expression.field, [expression.value].flat())}`
      case 'greaterThan':
      case 'greaterThanOrEqual':
      case 'lessThan':
      case 'lessThanOrEqual':
        return this.#compare(expression.field, SIGNS[expression.op], expression.value)
      default:
        throw new Error(`There is no SQL for ${expression.op}.`)
    }
  }

  #among(path: string, values: readonly ExpressionValue[]): string {
    const { sql, type } = this.field(path)
    // A value of another type, null too, is none that the field can have.
    const possible = values.map(toParameter).filter((value) => isOfType(value, type))
    return `${sql} = any(${this.#bind(possible)}::${typeOf(possible, type)}[])`
  }

  #compare(path: string, sign: string, value: OrderedValue): string {
    const { sql, type } = this.field(path)
    const parameter = toParameter(value)
    if (!isOfType(parameter, type)) return 'false'
    return `${sql} ${sign} ${this.#bind(parameter)}::${typeOf([parameter], type)}`
  }

  /** The field of a path. */
  field(path: string): Field {
    const field = this.#fields[path]
    if (field === undefined) throw new Error(`There is no SQL for the field ${path}.`)
    return field
  }

  #bind(value: unknown): string {
    return `$${this.parameters.push(value)}`
  }
}

/** Whether a field of the type can have the value. */
export function isOfType(value: unknown, type: Field['type']): boolean {
  return typeof value === (type === 'text' ? 'string' : 'number')
}

/** Whole numbers are compared as such, so that an index can be used. */
function typeOf(values: readonly unknown[], type: Field['type']): string {
  return type === 'numeric' && values.every(Number.isSafeInteger) ? 'bigint' : type
}

function toParameter(value: ExpressionValue): unknown {
  const operand = operandOf(value)
  return operand instanceof Date ? operand.getTime() : operand
}
