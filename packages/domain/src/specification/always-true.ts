import {
  checkedExpression,
  compileLeaf,
  type Expression,
  findFunction,
  type Junction,
  operandOf,
  type RangeLeaf,
} from '@base/core/expression'

/**
 * Whether an expression is true of every row by its structure alone: an `and` of nothing, the opposite of an `or` of
 * nothing, in none of an empty list, not between reversed ends, a condition or its opposite, and what folds to one of
 * them. A rule that happens to hold for all rows, such as an age of 0 at least, is not.
 */
export function isAlwaysTrue({ expression }: { readonly expression: Expression<never> }): boolean {
  return fold(checkedExpression(expression as Expression), new Map()) === true
}

/** What holds and what does not. */
type Assumed = ReadonlyMap<unknown, boolean>

/** An expression without what turns it round, and whether that is to hold. */
interface Claim {
  /** Its text, or itself where a function is part of it, for two functions of one name are not one. */
  readonly key: unknown
  readonly length: number
  readonly holds: boolean
}

const OPPOSITES = { notEquals: 'equals', isNotIn: 'isIn', isNotNull: 'isNull' } as const

/** The constant that an expression is; `undefined` where it depends on the row. */
function fold(expression: Expression, assumed: Assumed): boolean | undefined {
  const { key, holds } = claimOf(expression)
  const known = assumed.get(key)
  if (known !== undefined) return known === holds
  switch (expression.op) {
    case 'not':
      return opposite(fold(expression.of, assumed))
    case 'and':
    case 'or':
      return foldJunction(expression, assumed)
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
 * The shorter go first, so that what a part is made of has been met before it.
 */
function foldJunction({ op, of }: Junction<unknown>, assumed: Assumed): boolean | undefined {
  const isDeciding = op === 'or'
  const met = new Map(assumed)
  let isConstant = true
  for (const { part, key, holds } of byLength(of)) {
    const folded = fold(part, met)
    if (folded === isDeciding) return isDeciding
    isConstant &&= folded !== undefined
    met.set(key, holds !== isDeciding)
  }
  return isConstant ? !isDeciding : undefined
}

function byLength(parts: readonly Expression[]): readonly (Claim & { readonly part: Expression })[] {
  return parts.map((part) => ({ part, ...claimOf(part) })).sort((left, right) => left.length - right.length)
}

function claimOf(expression: Expression): Claim {
  if (expression.op === 'not') {
    const claim = claimOf(expression.of)
    return { ...claim, holds: !claim.holds }
  }
  const op = (OPPOSITES as Partial<Record<string, string>>)[expression.op]
  const text = JSON.stringify({ ...expression, op: op ?? expression.op })
  const key = findFunction(expression) === undefined ? text : expression
  return { key, length: text.length, holds: op === undefined }
}

function opposite(constant: boolean | undefined): boolean | undefined {
  return constant === undefined ? undefined : !constant
}

/** Ends of different kinds come neither before nor after each other. */
function isReversed({ field, value: [low, high] }: RangeLeaf): boolean {
  return compileLeaf({ op: 'lessThan', field, value: low }).test(operandOf(high))
}
