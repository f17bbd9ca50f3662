import { checkedExpression, type Expression } from '@base/core/expression'

/**
 * Whether an expression is true of every row by its structure alone: an `and` of nothing, the opposite of an `or` of
 * nothing, in none of an empty list, and what folds to one of them. A rule that happens to hold for all rows, such as an age of 0 at least, is not.
 */
export function isAlwaysTrue({ expression }: { readonly expression: Expression<never> }): boolean {
  return fold(checkedExpression(expression as Expression)) === true
}

/** The constant that an expression is; `undefined` where it depends on the row. */
function fold(expression: Expression): boolean | undefined {
  if (expression.op === 'not') {
    const part = fold(expression.of)
    return part === undefined ? undefined : !part
  }
  if (expression.op === 'and' || expression.op === 'or')
    return foldJunction(expression.of, expression.op === 'or')
  const isEmptyList =
    (expression.op === 'isIn' || expression.op === 'isNotIn') && expression.value.length === 0
  return isEmptyList ? expression.op === 'isNotIn' : undefined
}

/** One part of the deciding constant decides; without such a part, all must be constants. */
function foldJunction(parts: readonly Expression[], deciding: boolean): boolean | undefined {
  const constants = parts.map(fold)
  if (constants.includes(deciding)) return deciding
  return constants.includes(undefined) ? undefined : !deciding
}
