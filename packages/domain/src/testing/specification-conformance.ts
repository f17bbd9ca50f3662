import { decimal } from '@base/core/expression'
import { assert, seededRandom } from '@base/core/testing'
import { allOf, always, anyOf, never, not } from '../specification/combine.js'
import type { Specification } from '../specification/specification.js'
import { where } from '../specification/where.js'
import { randomSpecification } from './random-specification.js'
import { type SpecificationRow, specificationRows } from './specification-rows.js'
import { idsOf, type MakeSubject, type SuiteOptions, subjectLaws } from './subject.js'

/**
 * What evaluates specifications: a compiler to SQL with a database, an index, a filter of yours. Gives the ids of the
 * rows that satisfy one, in any order. The rows are always {@link specificationRows}, to be stored once.
 */
export type SpecificationEvaluator = (
  specification: Specification<SpecificationRow>,
  rows: readonly SpecificationRow[],
) => Iterable<number> | Promise<Iterable<number>>

const SEED = 2026
const RANDOM_RUNS = 200

type Case = readonly [specification: Specification<SpecificationRow>, ids: readonly number[]]

const row = where<SpecificationRow>()
const ids = idsOf(specificationRows)
const but = (...without: number[]) => ids.filter((id) => !without.includes(id))

/**
 * What everything that evaluates specifications must do: give the same rows as `isSatisfiedBy`, for every operator, for
 * null, NaN, −0, infinities, code points, decimals, bigints beyond 2^53, milliseconds and the letters that mean
 * something to `LIKE`; and for 200 random specifications, the same in every run.
 *
 * @example
 * import { specificationConformance } from '@base/domain/testing'
 * import { test } from 'vitest'
 *
 * specificationConformance(
 *   () => ({
 *     subject: (specification, rows) =>
 *       rows.filter((row) => specification.isSatisfiedBy(row)).map(({ id }) => id),
 *   }),
 *   { test },
 * )
 */
export function specificationConformance(
  make: MakeSubject<SpecificationEvaluator>,
  options: SuiteOptions,
): void {
  const law = subjectLaws('Specification', make, options)
  for (const [name, cases] of Object.entries(TABLES)) {
    law(name, async (evaluate) => {
      for (const [specification, expected] of cases) await proveCase(evaluate, specification, expected)
    })
  }
  law(`${RANDOM_RUNS} random specifications give the rows that memory gives`, proveRandom)
}

async function proveCase(
  evaluate: SpecificationEvaluator,
  specification: Specification<SpecificationRow>,
  expected: readonly number[],
): Promise<void> {
  const found = [...(await evaluate(specification, specificationRows))].sort((a, b) => a - b)
  assert.deepEqual(found, expected, `${JSON.stringify(specification)} gave ${found}, not ${expected}`)
}

/** What each law says, by rows. */
const TABLES: Readonly<Record<string, readonly Case[]>> = {
  'an empty and is true, an empty or false': [
    [always(), ids],
    [never(), []],
    [not(always()), []],
    [allOf(never(), row.isNotNull('text')), []],
  ],
  'null is null, and equal to nothing else': [
    [row.isNull('text'), [1]],
    [row.isNotNull('text'), but(1)],
    [row.equals('text', null), [1]],
    [row.notEquals('text', null), but(1)],
    [row.isNull('nested.text'), but(2, 3, 5)],
  ],
  'a comparison with null is false, and its negation true': [
    [row.equals('text', 'a'), [3]],
    [row.notEquals('text', 'a'), but(3)],
    [row.equals('text', 'a').not(), but(3)],
    [row.greaterThan('big', 0n).not(), but(3, 5, 6)],
    [row.contains('nested.text', 'a').not(), but(3, 5)],
    [row.hasElement('list', 'a').not(), but(3, 6)],
  ],
  'text is equal to the letter, never normalised': [
    [row.equals('text', 'A'), [4]],
    [row.equals('text', '\u00e9'), [11]],
    [row.equals('text', "o'clock"), [10]],
    [row.equals('text', ''), [2]],
    [row.equals('text', ' '), []],
    [row.equals('text', 'a '), []],
    [row.equals('nested.text', 'a'), [3]],
  ],
  'text is ordered by code point': [
    [row.lessThan('text', 'B'), [2, 4, 7, 8]],
    [row.greaterThan('text', '\ufffd'), [14]],
    [row.greaterThanOrEqual('text', '\ufffd'), [13, 14]],
    [row.between('text', 'a', 'ab%'), [3, 5]],
  ],
  'parts of text are taken literally': [
    [row.contains('text', '%'), [5]],
    [row.contains('text', '_'), [7]],
    [row.contains('text', '\\'), [9]],
    [row.startsWith('text', 'ab'), [5, 6]],
    [row.endsWith('text', "'clock"), [10]],
    [row.startsWith('text', ''), but(1)],
    [row.endsWith('text', '\\'), []],
  ],
  'case is ignored from A to Z alone': [
    [row.contains('text', 'A', { ignoreCase: true }), [3, 4, 5, 6, 9]],
    [row.startsWith('text', 'AB', { ignoreCase: true }), [5, 6]],
    [row.contains('text', '\u00c9', { ignoreCase: true }), []],
  ],
  'NaN is itself, and comes after all other numbers': [
    [row.equals('number', Number.NaN), [6]],
    [row.greaterThan('number', Number.POSITIVE_INFINITY), [6]],
    [row.lessThanOrEqual('number', Number.NaN), [2, 3, 4, 5, 6, 7, 8]],
    [row.isIn('number', [Number.NaN, 1]), [4, 6]],
  ],
  '−0 is 0, and infinities are the ends': [
    [row.equals('number', 0), [2, 3]],
    [row.equals('number', -0), [2, 3]],
    [row.lessThan('number', 0), [8]],
    [row.equals('number', Number.POSITIVE_INFINITY), [7]],
    [row.between('number', Number.NEGATIVE_INFINITY, 1), [2, 3, 4, 8]],
  ],
  'whole numbers beyond 2^53 are told apart': [
    [row.equals('big', 2n ** 53n), [5]],
    [row.greaterThan('big', 2n ** 53n), [6]],
    [row.isNotIn('big', [2n ** 53n + 1n]), but(6)],
  ],
  'decimals are compared by their value': [
    [row.equals('amount', decimal('1')), [3, 4]],
    [row.equals('amount', decimal('0')), [2]],
    [row.greaterThan('amount', decimal('9.99')), [6, 8]],
    [row.between('amount', decimal('-1'), decimal('0.000')), [2, 5]],
  ],
  'times are compared to the millisecond': [
    [row.equals('date', new Date('2026-01-31T10:00:00.123Z')), [9]],
    [row.greaterThan('date', new Date('2026-01-31T10:00:00.123Z')), [10]],
    [row.lessThanOrEqual('date', new Date(1)), [2, 3]],
    [row.between('date', new Date(2), new Date(1)), []],
  ],
  'lists hold null where they name it, and nothing where they are empty': [
    [row.isIn('text', ['a', null]), [1, 3]],
    [row.isNotIn('text', ['a', null]), but(1, 3)],
    [row.isNotIn('text', ['a']), but(3)],
    [row.isIn('text', []), []],
    [row.isNotIn('text', []), ids],
  ],
  'an element is found by equality, null too': [
    [row.hasElement('list', 'a'), [3, 6]],
    [row.hasElement('list', null), [4]],
    [row.hasElement('list', 'A').not(), but(4)],
  ],
  'the laws of logic hold, nulls included': [
    [anyOf(row.equals('flag', true), row.equals('flag', true).not()), ids],
    [allOf(row.lessThan('number', 1), row.lessThan('number', 1).not()), []],
    [not(allOf(row.equals('flag', true), row.isNull('date'))), but()],
    [not(anyOf(row.isNull('flag'), row.equals('flag', false))), [3]],
    [row.equals('flag', false).not().not(), [2, 4]],
    [allOf(anyOf(row.isNull('flag'), row.equals('flag', true)), row.isNotNull('big')), [3, 5, 6]],
  ],
  'precedence is that of the expression': [
    [anyOf(allOf(row.equals('text', 'a'), row.equals('flag', false)), row.equals('text', 'A')), [4]],
    [allOf(anyOf(row.equals('text', 'a'), row.equals('text', 'A')), row.equals('flag', false)), [4]],
  ],
  'an operand of another kind matches nothing, and is no error': [
    [row.equals('number', 'a' as never), []],
    [row.equals('number', 'a' as never).not(), ids],
  ],
}

async function proveRandom(evaluate: SpecificationEvaluator): Promise<void> {
  const random = seededRandom(SEED)
  for (let run = 0; run < RANDOM_RUNS; run++) {
    const specification = randomSpecification(random)
    const expected = idsOf(specificationRows.filter((one) => specification.isSatisfiedBy(one)))
    await proveCase(evaluate, specification, expected)
  }
}
