import {
  compileLeaf,
  type Expression,
  type ExpressionValue,
  findFunction,
  type Junction,
  type Leaf,
  operandOf,
  type Scalar,
} from '@base/core/expression'

/** Whether a row satisfies a specification, and which conditions kept it from doing so. */
export interface Explanation {
  /** The same as `isSatisfiedBy`. */
  readonly satisfied: boolean
  /**
   * The conditions that decided it, in the order of the expression; none where it is satisfied. All that failed of an
   * `and`; all of an `or`; those under a `not` that should not have held. `never()` fails without any.
   */
  readonly failed: readonly FailedCondition[]
}

/** One condition that kept a row from satisfying a specification. */
export interface FailedCondition {
  /** The path of the field; `''` for a function, which looks at the row as a whole. */
  readonly field: string
  /** The operator, or `'satisfies'` for a function. */
  readonly op: Leaf['op']
  /** What was asked for: the operand, both ends of a range, a list, or the name of a function. Absent for null checks. */
  readonly value?: Scalar | readonly Scalar[]
  /** What was found: the field as it stands in the row, or the row. Do not show it to those who may not see it. */
  readonly actual: unknown
  /** Whether case was ignored; absent where it was not. */
  readonly ignoreCase?: true
  /** Whether the condition holds, and should not; absent where it should hold. */
  readonly negated?: true
}

/** Which conditions decide how an expression judges a row. */
export function explain(expression: Expression, row: unknown): Explanation {
  const { holds, deciding } = judge(expression, row, false)
  return { satisfied: holds, failed: holds ? [] : deciding }
}

interface Judgement {
  readonly holds: boolean
  readonly deciding: readonly FailedCondition[]
}

function judge(expression: Expression, row: unknown, negated: boolean): Judgement {
  switch (expression.op) {
    case 'and':
    case 'or':
      return judgeParts(expression, row, negated)
    case 'not': {
      const { holds, deciding } = judge(expression.of, row, !negated)
      return { holds: !holds, deciding }
    }
    default:
      return judgeLeaf(expression, row, negated)
  }
}

/** The parts that came out as the whole did are those that decided it. */
function judgeParts({ op, of }: Junction<unknown>, row: unknown, negated: boolean): Judgement {
  const neutral = op === 'and'
  let holds = neutral
  const judged: Judgement[] = []
  for (const part of of) {
    // A function may rely on the conditions before it, so it runs only where isSatisfiedBy would run it.
    if (holds !== neutral && findFunction(part) !== undefined) continue
    const judgement = judge(part, row, negated)
    judged.push(judgement)
    if (judgement.holds !== neutral) holds = !neutral
  }
  return { holds, deciding: judged.filter((part) => part.holds === holds).flatMap((part) => part.deciding) }
}

function judgeLeaf(leaf: Leaf, row: unknown, negated: boolean): Judgement {
  const { read, test } = compileLeaf(leaf)
  const actual = read(row)
  const condition: FailedCondition = {
    field: leaf.op === 'satisfies' ? '' : leaf.field,
    op: leaf.op,
    ...askedOf(leaf),
    actual,
    ...('ignoreCase' in leaf && { ignoreCase: true }),
    ...(negated && { negated: true }),
  }
  return { holds: test(actual), deciding: [condition] }
}

function askedOf(leaf: Leaf): Pick<FailedCondition, 'value'> {
  if (leaf.op === 'satisfies') return { value: leaf.name }
  if (!('value' in leaf)) return {}
  const value: ExpressionValue | readonly ExpressionValue[] = leaf.value
  return { value: isList(value) ? value.map(operandOf) : operandOf(value) }
}

function isList(value: ExpressionValue | readonly ExpressionValue[]): value is readonly ExpressionValue[] {
  return Array.isArray(value)
}
