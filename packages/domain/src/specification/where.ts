import { type FieldOperator, functionLeaf, leafOf, type Predicate } from '@base/core/expression'
import { checkFunction, checkOptions, checkText } from '@base/core/options'
import { placeOf } from '../place.js'
import type { ElementOperand, Operand, OrderOperand, TextOperand } from './operand-types.js'
import type { Path } from './paths.js'
import { type Specification, specificationOf } from './specification.js'

/** Options of the text operators. */
export interface TextOptions {
  /** Whether `A` to `Z` are taken for `a` to `z`; other letters are never folded. @defaultValue false */
  readonly ignoreCase?: boolean | undefined
}

/**
 * The conditions that a `T` can be asked for. Fields are paths of `T`, operands have the type of the field; dates,
 * decimals, null and lists are copied. Each throws a `ValidationError` naming the field for an operand that no database
 * keeps as it is: an invalid date, a text with U+0000 or a lone surrogate; and for null or undefined where an order or
 * a text is needed.
 */
export interface Where<T, Field extends string = Path<T>> {
  /** The field is this value. Null matches null and undefined; NaN matches NaN. */
  equals<P extends Field>(field: P, value: Operand<T, P>): Specification<T>
  /** The field is not this value: the opposite of `equals`, so it is satisfied by null. */
  notEquals<P extends Field>(field: P, value: Operand<T, P>): Specification<T>
  /** The field comes after this value. */
  greaterThan<P extends Field>(field: P, value: OrderOperand<T, P>): Specification<T>
  /** The field is this value or comes after it. */
  greaterThanOrEqual<P extends Field>(field: P, value: OrderOperand<T, P>): Specification<T>
  /** The field comes before this value. */
  lessThan<P extends Field>(field: P, value: OrderOperand<T, P>): Specification<T>
  /** The field is this value or comes before it. */
  lessThanOrEqual<P extends Field>(field: P, value: OrderOperand<T, P>): Specification<T>
  /** The field lies between the two, both included; reversed ends match nothing. */
  between<P extends Field>(field: P, low: OrderOperand<T, P>, high: OrderOperand<T, P>): Specification<T>
  /** The field holds this text somewhere; `%`, `_` and `\` are letters like others. */
  contains<P extends Field>(field: P, text: TextOperand<T, P>, options?: TextOptions): Specification<T>
  /** The field begins with this text. */
  startsWith<P extends Field>(field: P, text: TextOperand<T, P>, options?: TextOptions): Specification<T>
  /** The field ends with this text. */
  endsWith<P extends Field>(field: P, text: TextOperand<T, P>, options?: TextOptions): Specification<T>
  /** The field is one of these values; null in the list matches null. An empty list matches nothing. */
  isIn<P extends Field>(field: P, values: readonly Operand<T, P>[]): Specification<T>
  /** The field is none of these values: the opposite of `isIn`. An empty list matches everything. */
  isNotIn<P extends Field>(field: P, values: readonly Operand<T, P>[]): Specification<T>
  /** The field is null or undefined, or an object on the way to it is. */
  isNull<P extends Field>(field: P): Specification<T>
  /** The field is neither null nor undefined. */
  isNotNull<P extends Field>(field: P): Specification<T>
  /** The field is an array that holds this value. */
  hasElement<P extends Field>(field: P, value: ElementOperand<T, P>): Specification<T>
  /**
   * The function returns `true`. It runs in memory only: `toJSON` and the compilers of adapters throw an
   * `UnsupportedError` with the name. What it throws is thrown. A repository in memory hands it what it keeps: it must neither
   * change that nor hold on to it.
   */
  satisfies(predicate: Predicate<T>, name: string): Specification<T>
}

/**
 * Begins a specification of a `T`.
 *
 * @example
 * const locals = where<User>().equals('address.city', 'Lisbon').and(where<User>().contains('name', 'a', { ignoreCase: true }))
 * locals.isSatisfiedBy({ name: 'Ana', address: { city: 'Lisbon' } }) // true
 */
export function where<T>(): Where<T> {
  // Sound: the conditions check what they are given, and take any field.
  return CONDITIONS as unknown as Where<T>
}

type Condition = (field: string, value?: unknown) => Specification<never>
type TextCondition = (field: string, value: unknown, options?: TextOptions) => Specification<never>

/** One object for all types: the type of the row exists for the compiler only. */
const CONDITIONS = Object.freeze({
  equals: condition('equals'),
  notEquals: condition('notEquals'),
  greaterThan: condition('greaterThan'),
  greaterThanOrEqual: condition('greaterThanOrEqual'),
  lessThan: condition('lessThan'),
  lessThanOrEqual: condition('lessThanOrEqual'),
  between: (field: string, low: unknown, high: unknown) =>
    specification('between', { field, value: [low, high] }),
  contains: textCondition('contains'),
  startsWith: textCondition('startsWith'),
  endsWith: textCondition('endsWith'),
  isIn: condition('isIn'),
  isNotIn: condition('isNotIn'),
  isNull: condition('isNull'),
  isNotNull: condition('isNotNull'),
  hasElement: condition('hasElement'),
  satisfies,
})

function condition(op: FieldOperator): Condition {
  return (field, value) => specification(op, { field, value })
}

function textCondition(op: FieldOperator): TextCondition {
  const place = placeOf(op)('options')
  return (field, value, options = {}) => {
    const { ignoreCase } = checkOptions(options, place)
    return specification(op, { field, value, ignoreCase })
  }
}

function specification(op: FieldOperator, raw: Parameters<typeof leafOf>[1]): Specification<never> {
  return specificationOf<never>(leafOf(op, raw))
}

function satisfies(predicate: Predicate<never>, name: string): Specification<never> {
  const at = placeOf('satisfies')
  checkFunction(predicate, at('predicate'))
  checkText(name, at('name'))
  return specificationOf<never>(functionLeaf(predicate, name))
}
