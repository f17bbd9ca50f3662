import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isAlwaysTrue } from './always-true.js'
import { allOf, anyOf, type Specification, where } from './index.js'

interface Row {
  readonly n: number | null
  readonly text: string | null
}

const numRuns = runs({ ci: 2_000, soak: 50_000 })
const rows = where<Row>()

// Two values of each field, so that many rules are true of all rows and many of all but one.
const leaves = fc.constantFrom(
  rows.equals('n', 1),
  rows.notEquals('n', 1),
  rows.isIn('n', [1, 2]),
  rows.isNotIn('n', [1, 2]),
  rows.isNotIn('n', []),
  rows.between('n', 2, 1),
  rows.between('n', 1, 2),
  rows.isNull('text'),
  rows.isNotNull('text'),
)
const { rule } = fc.letrec<{ rule: Specification<Row> }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaves,
    tie('rule').map((part) => part.not()),
    fc.array(tie('rule'), { maxLength: 3 }).map((parts) => allOf(...parts)),
    fc.array(tie('rule'), { maxLength: 3 }).map((parts) => anyOf(...parts)),
  ),
}))
const everyRow = [null, 1, 2, 3].flatMap((n) => [null, 'a'].map((text): Row => ({ n, text })))

describe('a specification that is always true', () => {
  test('is true of every row', () => {
    fc.assert(
      fc.property(rule, (specification) => {
        fc.pre(isAlwaysTrue(specification))
        expect(everyRow.filter((row) => !specification.isSatisfiedBy(row))).toEqual([])
      }),
      { numRuns, maxSkipsPerRun: 1_000 },
    )
  })

  test('is any that stands beside its opposite', () => {
    fc.assert(
      fc.property(rule, rule, (specification, other) => {
        const opposite = specification.not()
        expect(isAlwaysTrue(anyOf(specification, other, opposite))).toBe(true)
        expect(isAlwaysTrue(anyOf(opposite, other, specification))).toBe(true)
        expect(isAlwaysTrue(allOf(specification, other, opposite).not())).toBe(true)
      }),
      { numRuns },
    )
  })
})
