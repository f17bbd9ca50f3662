import {
  checkedExpression,
  compareCodePoints,
  type Expression,
  type Junction,
  operandOf,
  type RangeLeaf,
} from '@base/core/expression'
import { Claims } from './claims.js'

/**
 * Whether an expression is true of every row by its structure alone: an `and` of nothing, the opposite of an `or` of
 * nothing, in none of an empty list, not between reversed ends, a condition or its opposite, and what folds to one of
 * them. A rule that happens to hold for all rows, such as an age of 0 at least, is not.
 */
export function isAlwaysTrue({ expression }: { readonly expression: Expression<never> }): boolean {
  return new Fold().of(checkedExpression(expression as Expression)) === true
}

class Fold {
  readonly #claims = new Claims()
  /** What holds and what does not, by key: of each junction around, the parts before. */
  readonly #assumed = new Map<number, boolean>()

  /** The constant that an expression is; `undefined` where it depends on the row. */
  of(expression: Expression): boolean | undefined {
    const { key, holds } = this.#claims.of(expression)
    const known = this.#assumed.get(key)
    if (known !== undefined) return known === holds
    switch (expression.op) {
      case 'not': {
        const constant = this.of(expression.of)
        return constant === undefined ? undefined : !constant
      }
      case 'and':
      case 'or':
        return this.#junction(expression)
      case 'isIn':
      case 'isNotIn':
        return expression.value.length === 0 ? expression.op === 'isNotIn' : undefined
      case 'between':
        return isReversed(expression) ? false : undefined
      default:
        return undefined
    }
  }

  /**
   * One part of the deciding constant decides, also where it is so only if none before it is; else all must be constants.
   * The smaller go first, so that what a part is made of has been met before it.
   */
  #junction({ op, of }: Junction<unknown>): boolean | undefined {
    const isDeciding = op === 'or'
    const parts = of.map((part) => ({ part, ...this.#claims.of(part) }))
    const met: number[] = []
    let isConstant = true
    try {
      for (const { part, key, holds } of parts.sort((left, right) => left.size - right.size)) {
        const folded = this.of(part)
        if (folded === isDeciding) return isDeciding
        isConstant &&= folded !== undefined
        // What is assumed of it already is the same.
        if (this.#assumed.has(key)) continue
        this.#assumed.set(key, holds !== isDeciding)
        met.push(key)
      }
      return isConstant ? !isDeciding : undefined
    } finally {
      for (const key of met) this.#assumed.delete(key)
    }
  }
}

/** Of decimals, and of ends of different kinds, it is not told: what compares them is larger than all of this. */
function isReversed({ value }: RangeLeaf): boolean {
  const [low, high] = value.map(operandOf) as [Orderable, Orderable]
  if (typeof low === 'string' && typeof high === 'string') return compareCodePoints(low, high) > 0
  return typeof low === typeof high && low > high
}

/** What JavaScript puts in order as the specification does; decimals are after nothing. */
type Orderable = string | number | bigint | Date
