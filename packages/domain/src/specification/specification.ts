import {
  checkedExpression,
  compileExpression,
  type Expression,
  type ExpressionTest,
  findFunction,
  functionUnsupported,
  junction,
  negation,
} from '@base/core/expression'
import { invalidOption } from '@base/core/options'
import { placeOf } from '../place.js'
import { isObject } from '../value-object/object-kind.js'
import { type Explanation, explain } from './explain.js'

/**
 * A business rule: tests an object, explains why one fails, combines with other rules, and is data that can be sent or
 * turned into a query.
 *
 * The logic is two-valued: a comparison with null or undefined is false and its negation true, so that De Morgan's
 * laws, double negation and the excluded middle hold for every object. Values compare as in a database: text by code
 * point, NaN equal to itself and after all numbers, dates by the millisecond, numbers, bigints and decimals by value, values of different kinds never.
 *
 * Extend it to name a rule: `expression` is all there is to write. It is checked and compiled when it is first used,
 * and again when the property holds another object.
 *
 * @example
 * class ActiveUsers extends Specification<User> {
 *   readonly expression = where<User>().equals('status', 'active').expression
 * }
 *
 * const adults = where<User>().greaterThanOrEqual('age', 18)
 * users.filter((user) => new ActiveUsers().and(adults).isSatisfiedBy(user))
 *
 * @typeParam T - What it judges.
 * @see Eric Evans and Martin Fowler, "Specifications" (1997)
 */
export abstract class Specification<T> {
  /** The rule as frozen data: what adapters compile and `JSON.stringify` writes. */
  abstract readonly expression: Expression<T>

  #source: unknown
  #test: ExpressionTest | undefined

  /**
   * Whether an object satisfies the rule. Reads only the fields it needs, in order, and stops when it is decided; what
   * a getter or a function throws is thrown.
   *
   * @throws `ValidationError` where a subclass's expression is not valid.
   */
  isSatisfiedBy(candidate: T): boolean {
    const source = this.expression
    const test = this.#test
    if (test !== undefined && source === this.#source) return test(candidate)
    return this.#compile(source)(candidate)
  }

  /**
   * Which conditions an object fails, with what was asked for and what was found; every one, not the first alone.
   *
   * @example
   * adults.explain({ age: 17 }) // { satisfied: false, failed: [{ field: 'age', op: 'greaterThanOrEqual', value: 18, actual: 17 }] }
   */
  explain(candidate: T): Explanation {
    return explain(checkedExpression(this.expression), candidate)
  }

  /** Satisfied where both are. Of many take `allOf`: a chain copies what it has so far at each step. */
  and(other: Specification<T>): Specification<T> {
    return combine('and', [this, other])
  }

  /** Satisfied where one of them is. Of many take `anyOf`: a chain copies what it has so far at each step. */
  or(other: Specification<T>): Specification<T> {
    return combine('or', [this, other])
  }

  /** Satisfied where this one is not, nulls included. */
  not(): Specification<T> {
    return new Rule(negation(checkedExpression(this.expression)))
  }

  /**
   * The expression, so that `JSON.stringify` writes it. Read it with `specificationFromJson`, or, from a source that
   * you trust, with `specificationOf`.
   *
   * @throws `UnsupportedError` naming the function, where one is part of the rule.
   */
  toJSON(): Expression<T> {
    const expression = checkedExpression(this.expression)
    const found = findFunction(expression)
    if (found !== undefined) throw functionUnsupported(found)
    return expression
  }

  #compile(source: Expression<T>): ExpressionTest {
    const test = compileExpression(checkedExpression(source))
    this.#source = source
    this.#test = test
    return test
  }
}

/** A rule without a name. */
class Rule<T> extends Specification<T> {
  readonly expression: Expression<T>

  constructor(expression: Expression<T>) {
    super()
    this.expression = expression
  }
}

/**
 * The specification that an expression describes: one that was stored, sent by another service, or given as a
 * permission filter. For JSON from outside take `specificationFromJson`, which limits what it may ask.
 *
 * @example
 * specificationOf<Purchase>({ op: 'equals', field: 'status', value: 'open' })
 *
 * @throws `ValidationError` where it is no expression; `UnsupportedError` naming a function that JSON has dropped.
 */
export function specificationOf<T>(expression: Expression<T>): Specification<T> {
  return new Rule(checkedExpression(expression))
}

/** Joins the expressions of specifications, of this copy of the package or another. */
export function combine<T>(op: 'and' | 'or', parts: readonly Specification<T>[]): Specification<T> {
  return new Rule(junction(op, parts.map(expressionOf)))
}

/** The negation of a specification, of this copy of the package or another. */
export function opposite<T>(specification: Specification<T>): Specification<T> {
  return new Rule(negation(expressionOf(specification)))
}

/** The checked expression of a specification. */
function expressionOf(specification: Specification<unknown>, index = 0): Expression {
  const expression: unknown = specification?.expression
  if (isObject(expression)) return checkedExpression(expression as Expression)
  throw invalidOption(
    specification,
    placeOf('Specification')(`specification ${index + 1}`),
    'a specification',
  )
}
