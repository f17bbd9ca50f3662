import { decimal } from '@base/core/expression'
import { allOf, anyOf, not } from '../specification/combine.js'
import type { Specification } from '../specification/specification.js'
import { where } from '../specification/where.js'
import type { SpecificationRow } from './specification-rows.js'

type Random = () => number
type Rule = Specification<SpecificationRow>

const row = where<SpecificationRow>()
const MAX_DEPTH = 4

const TEXTS = ['', 'a', 'A', 'ab%', '_', '%', '\\', "'", '\u00e9', '\ufffd', '\u{1f600}', 'B']
const NUMBERS = [0, -0, 1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
const BIGS = [0n, 1n, -1n, 2n ** 53n, 2n ** 53n + 1n]
const DATES = [0, 1, Date.UTC(2026, 0, 31, 10, 0, 0, 123)]
const AMOUNTS = ['0', '1.000', '-1', '9.99', '10.50']
const ORDERS = ['greaterThan', 'greaterThanOrEqual', 'lessThan', 'lessThanOrEqual'] as const

/** A specification of all operators, the same one for the same random numbers. */
export function randomSpecification(random: Random, depth = 0): Rule {
  const kind = depth === MAX_DEPTH ? 3 : Math.floor(random() * 5)
  const parts = () =>
    Array.from({ length: Math.floor(random() * 4) }, () => randomSpecification(random, depth + 1))
  if (kind === 0) return allOf(...parts())
  if (kind === 1) return anyOf(...parts())
  if (kind === 2) return not(randomSpecification(random, depth + 1))
  return pick(random, LEAVES)(random)
}

const LEAVES: readonly ((random: Random) => Rule)[] = [
  (random) => row[pick(random, ['equals', 'notEquals'] as const)]('text', pick(random, [...TEXTS, null])),
  (random) => row[pick(random, ['equals', 'notEquals'] as const)]('number', pick(random, [...NUMBERS, null])),
  (random) => row[pick(random, ['equals', 'notEquals'] as const)]('flag', pick(random, [true, false, null])),
  (random) => row[pick(random, ORDERS)]('text', pick(random, TEXTS)),
  (random) => row[pick(random, ORDERS)]('number', pick(random, NUMBERS)),
  (random) => row[pick(random, ORDERS)]('big', pick(random, BIGS)),
  (random) => row[pick(random, ORDERS)]('date', new Date(pick(random, DATES))),
  (random) => row[pick(random, ORDERS)]('amount', decimal(pick(random, AMOUNTS))),
  (random) => row.between('number', pick(random, NUMBERS), pick(random, NUMBERS)),
  (random) => row.between('text', pick(random, TEXTS), pick(random, TEXTS)),
  (random) => {
    const op = pick(random, ['contains', 'startsWith', 'endsWith'] as const)
    const [text, ignoreCase] = [pick(random, TEXTS), random() < 0.5]
    return random() < 0.5
      ? row[op]('text', text, { ignoreCase })
      : row[op]('nested.text', text, { ignoreCase })
  },
  (random) => row[pick(random, ['isIn', 'isNotIn'] as const)]('text', some(random, [...TEXTS, null])),
  (random) => row[pick(random, ['isIn', 'isNotIn'] as const)]('big', some(random, [...BIGS, null])),
  (random) =>
    row[pick(random, ['isNull', 'isNotNull'] as const)](
      pick(random, ['text', 'date', 'nested.text'] as const),
    ),
  (random) => row.hasElement('list', pick(random, ['a', 'A', '%', null])),
]

function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T
}

function some<T>(random: Random, values: readonly T[]): T[] {
  return values.filter(() => random() < 0.2)
}
