import type { Expression } from '@base/core/expression'
import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  allOf,
  anyOf,
  decimal,
  not,
  operandOf,
  type Scalar,
  type Specification,
  specificationFromJson,
  specificationOf,
  where,
} from './index.js'

interface Row {
  readonly text: string | null
  readonly number: number | null
  readonly big: bigint | null
  readonly flag: boolean | null
  readonly date: Date | null
  readonly amount: string | null
  readonly list: readonly (string | null)[] | null
  readonly nested: { readonly text: string | null } | null
}

const numRuns = runs({ ci: 500, soak: 10_000 })

// Few values, so that conditions and rows meet; among them all that is special somewhere.
const texts = fc.constantFrom(
  '',
  'a',
  'A',
  'ab',
  'aB%',
  '_',
  '\\',
  "o'k",
  'é',
  'e\u0301',
  '\ufffd',
  '😀',
  'ß',
  'İ',
)
const numbers = fc.constantFrom(0, -0, 1, -1, 1.5, 0.1 + 0.2, 2 ** 53, Number.NaN, Infinity, -Infinity)
const bigs = fc.constantFrom(0n, 1n, -1n, 2n ** 53n, 2n ** 53n + 1n)
const dates = fc.constantFrom(0, 1, 1_700_000_000_000).map((time) => new Date(time))
const amounts = fc.constantFrom('0', '0.00', '1.0', '1.00', '-1', '10.5', '9.99', 'NaN', '1e2', 'no number')
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 4 })

const rows: fc.Arbitrary<Row> = fc.record({
  text: maybe(texts),
  number: maybe(numbers),
  big: maybe(bigs),
  flag: maybe(fc.boolean()),
  date: maybe(dates),
  amount: maybe(amounts),
  list: maybe(fc.array(maybe(texts), { maxLength: 3 })),
  nested: maybe(fc.record({ text: maybe(texts) })),
})

const conditions = where<Row>()

const leaves: fc.Arbitrary<Specification<Row>> = fc.oneof(
  fc
    .tuple(fc.constantFrom('equals', 'notEquals'), maybe(texts))
    .map(([op, value]) => conditions[op]('text', value)),
  fc
    .tuple(fc.constantFrom('equals', 'notEquals'), maybe(numbers))
    .map(([op, v]) => conditions[op]('number', v)),
  fc
    .tuple(fc.constantFrom('equals', 'notEquals'), maybe(fc.boolean()))
    .map(([op, v]) => conditions[op]('flag', v)),
  orders(texts, (op, value) => conditions[op]('text', value)),
  orders(numbers, (op, value) => conditions[op]('number', value)),
  orders(bigs, (op, value) => conditions[op]('big', value)),
  orders(dates, (op, value) => conditions[op]('date', value)),
  orders(fc.constantFrom('0.0', '1', '9.990', '100'), (op, value) =>
    conditions[op]('amount', decimal(value)),
  ),
  fc.tuple(numbers, numbers).map(([low, high]) => conditions.between('number', low, high)),
  fc.tuple(dates, dates).map(([low, high]) => conditions.between('date', low, high)),
  fc
    .tuple(fc.constantFrom('contains', 'startsWith', 'endsWith'), texts, fc.boolean())
    .map(([op, text, ignoreCase]) => conditions[op]('nested.text', text, { ignoreCase })),
  fc
    .tuple(fc.constantFrom('isIn', 'isNotIn'), fc.array(maybe(texts), { maxLength: 4 }))
    .map(([op, list]) => conditions[op]('text', list)),
  fc
    .tuple(fc.constantFrom('isIn', 'isNotIn'), fc.array(maybe(numbers), { maxLength: 4 }))
    .map(([op, list]) => conditions[op]('number', list)),
  fc
    .tuple(fc.constantFrom('isNull', 'isNotNull'), fc.constantFrom('text', 'nested.text', 'list'))
    .map(([op, field]) => conditions[op](field)),
  maybe(texts).map((text) => conditions.hasElement('list', text)),
)

type OrderOp = 'greaterThan' | 'greaterThanOrEqual' | 'lessThan' | 'lessThanOrEqual'

function orders<T>(values: fc.Arbitrary<T>, make: (op: OrderOp, value: T) => Specification<Row>) {
  const ops = fc.constantFrom<OrderOp>('greaterThan', 'greaterThanOrEqual', 'lessThan', 'lessThanOrEqual')
  return fc.tuple(ops, values).map(([op, value]) => make(op, value))
}

const specifications: fc.Arbitrary<Specification<Row>> = fc.letrec<{ node: Specification<Row> }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaves,
    fc.array(tie('node'), { maxLength: 3 }).map((parts) => allOf(...parts)),
    fc.array(tie('node'), { maxLength: 3 }).map((parts) => anyOf(...parts)),
    tie('node').map((part) => not(part)),
  ),
})).node

/** What the words say, as slowly and plainly as can be. */
function means(expression: Expression, row: Row): boolean {
  switch (expression.op) {
    case 'and':
      return expression.of.every((part) => means(part, row))
    case 'or':
      return expression.of.some((part) => means(part, row))
    case 'not':
      return !means(expression.of, row)
    case 'satisfies':
      throw new Error('not here')
    default:
      return meansLeaf(expression, fieldOf(row, expression.field))
  }
}

function fieldOf(row: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce((value, name) => (value as Record<string, unknown> | null)?.[name] ?? null, row)
}

type AnyLeaf = Exclude<Expression, { op: 'and' | 'or' | 'not' | 'satisfies' }>

function meansLeaf(leaf: AnyLeaf, value: unknown): boolean {
  switch (leaf.op) {
    case 'isNull':
      return value === null
    case 'isNotNull':
      return value !== null
    case 'equals':
      return same(value, operandOf(leaf.value))
    case 'notEquals':
      return !same(value, operandOf(leaf.value))
    case 'isIn':
      return leaf.value.some((item) => same(value, operandOf(item)))
    case 'isNotIn':
      return !leaf.value.some((item) => same(value, operandOf(item)))
    case 'hasElement':
      return Array.isArray(value) && value.some((item) => same(item, operandOf(leaf.value)))
    case 'between':
      return (
        compared(value, operandOf(leaf.value[0]), (n) => n >= 0) &&
        compared(value, operandOf(leaf.value[1]), (n) => n <= 0)
      )
    case 'greaterThan':
      return compared(value, operandOf(leaf.value), (n) => n > 0)
    case 'greaterThanOrEqual':
      return compared(value, operandOf(leaf.value), (n) => n >= 0)
    case 'lessThan':
      return compared(value, operandOf(leaf.value), (n) => n < 0)
    case 'lessThanOrEqual':
      return compared(value, operandOf(leaf.value), (n) => n <= 0)
    default: {
      if (typeof value !== 'string') return false
      const lower = (text: string) =>
        leaf.ignoreCase ? text.replace(/[A-Z]/g, (c) => c.toLowerCase()) : text
      const [text, part] = [lower(value), lower(leaf.value)]
      if (leaf.op === 'contains') return text.includes(part)
      return leaf.op === 'startsWith' ? text.startsWith(part) : text.endsWith(part)
    }
  }
}

function same(value: unknown, operand: Scalar): boolean {
  if (value === null || operand === null) return value === operand
  return order(value, operand) === 0
}

function compared(value: unknown, operand: Scalar, test: (n: number) => boolean): boolean {
  const result = value === null || operand === null ? undefined : order(value, operand)
  return result !== undefined && test(result)
}

/** The order of two values of one kind; undefined where they have none. */
function order(a: unknown, b: unknown): number | undefined {
  if (typeof b === 'object' && b !== null && '$decimal' in b) return orderDecimal(a, String(b.$decimal))
  if (a instanceof Date && b instanceof Date) return Math.sign(a.getTime() - b.getTime())
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b))
  if (isNumeric(a) && isNumeric(b)) {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
    return a < b ? -1 : Number(a > b)
  }
  return undefined
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

/** Enough for the few amounts here: all have at most 20 digits. */
function orderDecimal(text: unknown, operand: string): number | undefined {
  if (text === 'NaN') return 1
  if (typeof text !== 'string' || Number.isNaN(Number(text))) return undefined
  return Math.sign(Number(text) - Number(operand))
}

describe('a specification', () => {
  test('means what a plain reading of its expression says', () => {
    fc.assert(
      fc.property(specifications, rows, (specification, row) => {
        expect(specification.isSatisfiedBy(row)).toBe(means(specification.expression, row))
      }),
      { numRuns },
    )
  })

  test('keeps the laws of logic, nulls included', () => {
    fc.assert(
      fc.property(specifications, specifications, rows, (a, b, row) => {
        const holds = (specification: Specification<Row>) => specification.isSatisfiedBy(row)
        expect(holds(a.or(a.not()))).toBe(true)
        expect(holds(a.and(a.not()))).toBe(false)
        expect(holds(a.not().not())).toBe(holds(a))
        expect(holds(a.and(b).not())).toBe(holds(a.not().or(b.not())))
        expect(holds(a.or(b).not())).toBe(holds(a.not().and(b.not())))
        expect(holds(allOf(a, b))).toBe(holds(a) && holds(b))
        expect(holds(anyOf(a, b))).toBe(holds(a) || holds(b))
        expect(holds(a.and(a.or(b)))).toBe(holds(a))
      }),
      { numRuns },
    )
  })

  test('takes undefined, and what is missing, for null', () => {
    const bare = (row: Row) =>
      Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as Row
    fc.assert(
      fc.property(specifications, rows, (specification, row) => {
        expect(specification.isSatisfiedBy(bare(row))).toBe(specification.isSatisfiedBy(row))
      }),
      { numRuns },
    )
  })

  test('explains what it says: satisfied alike, and something failed where it is not, unless it is a constant', () => {
    fc.assert(
      fc.property(specifications, rows, (specification, row) => {
        const { satisfied, failed } = specification.explain(row)
        expect(satisfied).toBe(specification.isSatisfiedBy(row))
        if (satisfied) expect(failed).toEqual([])
      }),
      { numRuns },
    )
  })

  test('survives JSON: the same rule comes back, from a trusted source and from any other', () => {
    const fields = ['text', 'number', 'big', 'flag', 'date', 'amount', 'list', 'nested.text'] as const
    fc.assert(
      fc.property(specifications, rows, (specification, row) => {
        const json = JSON.parse(JSON.stringify(specification))
        expect(json).toEqual(specification.expression)
        const satisfied = specification.isSatisfiedBy(row)
        expect(specificationOf<Row>(json).isSatisfiedBy(row)).toBe(satisfied)
        expect(specificationFromJson<Row>(json, { fields }).isSatisfiedBy(row)).toBe(satisfied)
        expect(JSON.parse(JSON.stringify(specificationOf<Row>(json)))).toEqual(json)
      }),
      { numRuns },
    )
  })

  test('is unchanged by structuredClone', () => {
    fc.assert(
      fc.property(specifications, rows, (specification, row) => {
        const copy = specificationOf<Row>(structuredClone(specification.expression))
        expect(copy.isSatisfiedBy(row)).toBe(specification.isSatisfiedBy(row))
      }),
      { numRuns },
    )
  })
})
