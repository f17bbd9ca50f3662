import type { Expression } from '@base/core/expression'
import { describe, expect, test } from 'vitest'
import { type Specification, specificationOf } from '../specification/index.js'
import { type SpecificationEvaluator, type SpecificationRow, specificationConformance } from './index.js'

type Rule = Specification<SpecificationRow>

const honest: SpecificationEvaluator = (specification, rows) =>
  rows.filter((row) => specification.isSatisfiedBy(row)).map(({ id }) => id)

describe('memory', () => {
  specificationConformance(() => ({ subject: honest }), { test })
})

/** The names of the laws that an evaluator breaks. */
async function broken(subject: SpecificationEvaluator): Promise<string[]> {
  const laws: [string, () => Promise<void>][] = []
  specificationConformance(() => ({ subject }), { test: (name, fn) => laws.push([name, fn]) })
  const names: string[] = []
  for (const [name, prove] of laws) {
    await prove().catch(() => names.push(name.replace('Specification: ', '')))
  }
  return names
}

/** Evaluates another rule than the one that is asked. */
const instead = (change: (expression: Expression) => Expression): SpecificationEvaluator => {
  return (specification, rows) =>
    honest(specificationOf<SpecificationRow>(walk(specification.expression, change)), rows)
}

/** Judges one condition in its own way, and combines as it should. */
const judging = (
  judge: (leaf: Leaf, row: SpecificationRow, proper: boolean) => boolean,
): SpecificationEvaluator => {
  const holds = (expression: Expression, row: SpecificationRow): boolean => {
    if (expression.op === 'and') return expression.of.every((part) => holds(part, row))
    if (expression.op === 'or') return expression.of.some((part) => holds(part, row))
    if (expression.op === 'not') return !holds(expression.of, row)
    return judge(expression as Leaf, row, specificationOf<SpecificationRow>(expression).isSatisfiedBy(row))
  }
  return (specification, rows) =>
    rows.filter((row) => holds(specification.expression, row)).map(({ id }) => id)
}

type Leaf = {
  readonly op: string
  readonly field: keyof SpecificationRow & string
  readonly value?: unknown
  readonly ignoreCase?: boolean
}

function walk(expression: Expression, change: (expression: Expression) => Expression): Expression {
  if (expression.op === 'and' || expression.op === 'or') {
    return change({ ...expression, of: expression.of.map((part) => walk(part, change)) } as Expression)
  }
  if (expression.op === 'not') return change({ ...expression, of: walk(expression.of, change) } as Expression)
  return change(expression)
}

/** The parts of an or, also where it stands alone in an and. */
function alternatives(expression: Expression): readonly Expression[] | undefined {
  if (expression.op === 'or') return expression.of
  const [only, ...more] = expression.op === 'and' ? expression.of : []
  return only?.op === 'or' && more.length === 0 ? only.of : undefined
}

/** As SQL alone has it: null makes a comparison unknown, and unknown stays unknown when it is negated. */
const threeValued: SpecificationEvaluator = (specification, rows) => {
  const value = (expression: Expression, row: SpecificationRow): boolean | undefined => {
    if (expression.op === 'not') {
      const inner = value(expression.of, row)
      return inner === undefined ? undefined : !inner
    }
    if (expression.op === 'and' || expression.op === 'or') {
      const parts = expression.of.map((part) => value(part, row))
      const decisive = expression.op === 'or'
      if (parts.includes(decisive)) return decisive
      return parts.includes(undefined) ? undefined : !decisive
    }
    const rule = specificationOf<SpecificationRow>(expression)
    const { op, field } = expression as Leaf
    const unknown = row[field] === null && op !== 'isNull' && op !== 'isNotNull'
    return unknown ? undefined : rule.isSatisfiedBy(row)
  }
  return rows.filter((row) => value(specification.expression, row) === true).map(({ id }) => id)
}

const twins: Readonly<Record<string, SpecificationEvaluator>> = {
  'an empty and is true, an empty or false': instead((one) =>
    (one.op === 'and' || one.op === 'or') && one.of.length === 0
      ? ({ op: 'and', of: [] } as Expression)
      : one,
  ),
  'null is null, and equal to nothing else': judging((leaf, row, proper) =>
    leaf.op === 'isNull' ? row[leaf.field] === undefined : proper,
  ),
  'a comparison with null is false, and its negation true': threeValued,
  'text is equal to the letter, never normalised': judging(({ op, field, value }, row, proper) =>
    op === 'equals' && field === 'text' && typeof value === 'string'
      ? row.text?.normalize() === value.normalize()
      : proper,
  ),
  'text is ordered by code point': judging(({ op, field, value }, row, proper) =>
    op === 'lessThan' && field === 'text' ? (row.text?.localeCompare(String(value)) ?? 0) < 0 : proper,
  ),
  'parts of text are taken literally': judging(({ op, value, ignoreCase }, row, proper) =>
    op === 'contains' && ignoreCase !== true && /[%_]/.test(String(value))
      ? new RegExp(String(value).replaceAll('%', '.*').replaceAll('_', '.')).test(row.text ?? '')
      : proper,
  ),
  'case is ignored from A to Z alone': judging(({ op, value, ignoreCase }, row, proper) =>
    op === 'contains' && ignoreCase === true
      ? row.text?.toLowerCase().includes(String(value).toLowerCase()) === true
      : proper,
  ),
  'NaN is itself, and comes after all other numbers': judging((leaf, row, proper) =>
    leaf.field === 'number' && Number.isNaN(row.number) ? false : proper,
  ),
  '−0 is 0, and infinities are the ends': judging((leaf, row, proper) =>
    leaf.op === 'equals' && leaf.field === 'number' && leaf.value === 0 ? Object.is(row.number, 0) : proper,
  ),
  'whole numbers beyond 2^53 are told apart': judging(({ op, field, value }, row, proper) =>
    field === 'big' && op === 'equals'
      ? Number(row.big) === Number((value as { $bigint: string }).$bigint)
      : proper,
  ),
  'decimals are compared by their value': judging(({ op, field, value }, row, proper) =>
    field === 'amount' && op === 'equals' ? row.amount === (value as { $decimal: string }).$decimal : proper,
  ),
  'times are compared to the millisecond': judging(({ op, field, value }, row, proper) => {
    const seconds = (time: string | Date) => Math.floor(new Date(time).getTime() / 1000)
    return field === 'date' && op === 'equals' && row.date !== null
      ? seconds(row.date) === seconds((value as { $date: string }).$date)
      : proper
  }),
  'lists hold null where they name it, and nothing where they are empty': judging((leaf, row, proper) =>
    leaf.op === 'isIn' && row[leaf.field] === null ? false : proper,
  ),
  'an element is found by equality, null too': judging((leaf, _, proper) =>
    leaf.op === 'hasElement' && leaf.value === null ? false : proper,
  ),
  'the laws of logic hold, nulls included': instead((one) => {
    // A negation that goes into the parts, and forgets to turn the or into an and.
    const parts = one.op === 'not' ? alternatives(one.of) : undefined
    return parts ? ({ op: 'or', of: parts.map((of) => ({ op: 'not', of })) } as Expression) : one
  }),
  'precedence is that of the expression': (specification, rows) => {
    // `a or b and c`, as it reads without parentheses.
    const flat = (one: Expression): Expression =>
      one.op === 'and' && one.of[0]?.op === 'or'
        ? ({
            op: 'or',
            of: [...one.of[0].of.slice(0, -1), { op: 'and', of: [one.of[0].of.at(-1), ...one.of.slice(1)] }],
          } as Expression)
        : one
    return honest(specificationOf<SpecificationRow>(walk(specification.expression, flat)), rows)
  },
  'an operand of another kind matches nothing, and is no error': judging(({ field, value }, _, proper) => {
    if (field === 'number' && typeof value === 'string')
      throw new Error('invalid input syntax for type double precision')
    return proper
  }),
  '200 random specifications give the rows that memory gives': (specification: Rule, rows) =>
    specification.expression.op === 'and' && specification.expression.of.length === 3
      ? []
      : honest(specification, rows),
}

describe('the suite', () => {
  test('has a broken twin for every law', () => {
    const laws: string[] = []
    specificationConformance(() => ({ subject: honest }), {
      test: (name) => laws.push(name.replace('Specification: ', '')),
    })
    expect(Object.keys(twins)).toEqual(laws)
  })

  test.each(Object.entries(twins))('rejects who breaks: %s', async (law, twin) => {
    expect(await broken(twin)).toContain(law)
  })

  test('rejects who passes over blanks at the end of a text, as a collation that pads does', async () => {
    const padding = judging(({ op, field, value }, row, proper) =>
      op === 'equals' && field === 'text' && typeof value === 'string'
        ? row.text?.trimEnd() === value.trimEnd()
        : proper,
    )
    expect(await broken(padding)).toContain('text is equal to the letter, never normalised')
  })

  test('closes what it opened, also after a failure', async () => {
    let closed = 0
    const proofs: (() => Promise<void>)[] = []
    specificationConformance(() => ({ subject: () => [0], dispose: () => closed++ }), {
      test: (_, fn) => proofs.push(fn),
    })
    await Promise.all(proofs.map((prove) => prove().catch(() => {})))
    expect(closed).toBe(proofs.length)
  })
})
