import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { ValidationError } from '../errors/validation-error.js'
import {
  checkedExpression,
  compileExpression,
  decimal,
  type Expression,
  leafOf,
  negation,
  operandOf,
  type RawLeaf,
} from './index.js'

/** How an operand stands in a condition. */
const taken = (value: unknown, op: 'equals' | 'lessThan' = 'equals') =>
  (leafOf(op, { field: 'a', value }) as { value: unknown }).value

function issuesOf(call: () => unknown) {
  try {
    call()
  } catch (error) {
    if (error instanceof ValidationError)
      return error.issues.map(({ path, message }) => `${path}: ${message}`)
    throw error
  }
  return []
}

const DATE = 'must be a date as text, such as 2026-01-31 or 2026-01-31T00:00:00.000Z, received'

describe('an operand', () => {
  test.each<[unknown, unknown]>([
    ['a', 'a'],
    ['', ''],
    [1.5, 1.5],
    [0, 0],
    [-0, { $number: '-0' }],
    [Number.NaN, { $number: 'NaN' }],
    [Number.POSITIVE_INFINITY, { $number: 'Infinity' }],
    [Number.NEGATIVE_INFINITY, { $number: '-Infinity' }],
    [7n, { $bigint: '7' }],
    [true, true],
    [null, null],
    [new Date(0), { $date: '1970-01-01T00:00:00.000Z' }],
    [runInNewContext('new Date(0)'), { $date: '1970-01-01T00:00:00.000Z' }],
    [{ $bigint: '-007' }, { $bigint: '-7' }],
    [{ $bigint: '9'.repeat(131_072) }, { $bigint: '9'.repeat(131_072) }],
    [{ $decimal: '1.50' }, { $decimal: '1.50' }],
    [{ $number: '-0' }, { $number: '-0' }],
    [{ $number: 'NaN' }, { $number: 'NaN' }],
    [{ $date: '2026-01-31' }, { $date: '2026-01-31T00:00:00.000Z' }],
    [{ $date: '2026-01-31T10:20Z' }, { $date: '2026-01-31T10:20:00.000Z' }],
    [{ $date: '2026-01-31T10:20:30+02:00' }, { $date: '2026-01-31T08:20:30.000Z' }],
    [{ $date: '2026-01-31T10:20:30.123-02:30' }, { $date: '2026-01-31T12:50:30.123Z' }],
    [{ $date: '+012026-01-31' }, { $date: '+012026-01-31T00:00:00.000Z' }],
    [{ $date: '-000001-01-31' }, { $date: '-000001-01-31T00:00:00.000Z' }],
  ])('%o is held as %o', (value, held) => {
    expect(taken(value)).toStrictEqual(held)
  })

  const scalars = 'must be a text, number, bigint, boolean, valid date, decimal or null, received'
  test.each<[unknown, string]>([
    ['\ud800', 'a text with U+0000 or a lone surrogate'],
    ['\0', 'a text with U+0000 or a lone surrogate'],
    [undefined, 'undefined'],
    [new Date(Number.NaN), 'an invalid date'],
    [['a'], 'an array'],
    [{}, 'an object'],
    [{ $bigint: '1', more: 1 }, 'an object'],
    [{ more: 1, $bigint: '1' }, 'an object'],
    [{ $other: '1' }, 'an object'],
    [Symbol('a'), 'a symbol'],
    [() => 1, 'a function'],
  ])('is none: number %#', (value, received) => {
    expect(issuesOf(() => taken(value))).toEqual([`a: equals: ${scalars} ${received}`])
  })

  const bigint = 'must be a whole number as text, such as 7, received'
  test.each<[unknown, string]>([
    [{ $bigint: 1 }, `${bigint} a number that is no bigint`],
    [{ $bigint: '1x' }, `${bigint} a text that is no bigint`],
    [{ $bigint: '' }, `${bigint} a text that is no bigint`],
    [{ $bigint: '9'.repeat(131_073) }, `${bigint} a text that is no bigint`],
    [{ $number: '1' }, 'must be NaN, Infinity, -Infinity or -0 as text, received a text that is no number'],
    [{ $decimal: 'x' }, 'must be a decimal number as text, such as 7.50, received a text that is no decimal'],
    [{ $date: 7 }, `${DATE} a number that is no date`],
    ...['2026-02-30', '2026-13-01', '2026-1-31', 'x2026-01-31', '2026-01-31x', '+12026-01-31'].map(
      (text): [unknown, string] => [{ $date: text }, `${DATE} a text that is no date`],
    ),
    ...['2026-01-31T10:20', '2026-01-31T10:20:30.1234Z', '2026-01-31T10Z', '2026-01-31T25:00Z'].map(
      (text): [unknown, string] => [{ $date: text }, `${DATE} a text that is no date`],
    ),
  ])('that is tagged is told what its tag takes: number %#', (value, problem) => {
    expect(issuesOf(() => taken(value))).toEqual([`a: equals: ${problem}`])
    expect(issuesOf(() => taken(value, 'lessThan'))).toEqual([`a: lessThan: ${problem}`])
  })

  test.each([
    [true, 'a boolean'],
    [null, 'null'],
  ])('that needs an order is not %o', (value, received) => {
    const ordered = 'must be a text, number, bigint, valid date or decimal'
    expect(issuesOf(() => taken(value, 'lessThan'))).toEqual([
      `a: lessThan: ${ordered}, received ${received}`,
    ])
  })

  test('comes out as the value that it was', () => {
    for (const value of ['a', 1, -0, Number.NaN, 7n, true, null, new Date(5), decimal('1.0')])
      expect(operandOf(taken(value) as never)).toStrictEqual(value)
  })
})

describe('a condition', () => {
  test.each<[Parameters<typeof leafOf>[0], RawLeaf, string[]]>([
    ['contains', { field: 'a', value: 1 }, ['a: contains: must be a text, received a number']],
    ['between', { field: 'a', value: 1 }, ['a: between: must be two ends, received a number']],
    [
      'between',
      { field: 'a', value: [true, null] },
      [
        'a: between: must be a text, number, bigint, valid date or decimal, received a boolean',
        'a: between: must be a text, number, bigint, valid date or decimal, received null',
      ],
    ],
    ['isIn', { field: 'a', value: 'x' }, ['a: isIn: must be an array, received a text']],
    ['isNull', { field: 'a', value: 1 }, ['a: isNull: must be absent']],
    ['contains', { field: 'a', value: 'x', ignoreCase: 1 }, ['a: contains: must be true or false']],
    ['equals', { field: 'a', value: 'x', ignoreCase: true }, ['a: equals: is for text operators only']],
    ['equals', { field: 'a', value: 'x', ignoreCase: false }, ['a: equals: is for text operators only']],
    [
      'greaterThan',
      { field: 'a', value: { $date: 'soon' } },
      [`a: greaterThan: ${DATE} a text that is no date`],
    ],
    [
      'greaterThan',
      { field: 'a', value: { $date: {} } },
      ['a: greaterThan: must be a text, number, bigint, valid date or decimal, received an object'],
    ],
    [
      'isNull',
      { field: 'a..b' },
      ['field: isNull: must be a path of names, none of them empty or of a prototype'],
    ],
    [
      'equals',
      { field: 'a.prototype', value: undefined },
      [
        'field: equals: must be a path of names, none of them empty or of a prototype',
        'value: equals: must be a text, number, bigint, boolean, valid date, decimal or null, received undefined',
      ],
    ],
  ])('of %s with %o says what is wrong', (op, raw, issues) => {
    expect(issuesOf(() => leafOf(op, raw))).toEqual(issues)
  })

  test('folds case where it is asked to', () => {
    const leaf = { field: 'a', value: 'x' }
    expect(leafOf('contains', { ...leaf, ignoreCase: true })).toStrictEqual({
      op: 'contains',
      field: 'a',
      value: 'x',
      ignoreCase: true,
    })
    expect(leafOf('contains', { ...leaf, ignoreCase: false })).toStrictEqual({
      op: 'contains',
      field: 'a',
      value: 'x',
    })
  })

  test('reads what lies deep, and nothing where there is no way', () => {
    const holds = (row: unknown) => compileExpression(leafOf('equals', { field: 'a.b.c', value: 1 }))(row)
    expect(holds({ a: { b: { c: 1 } } })).toBe(true)
    for (const row of [{ a: { b: 1 } }, { a: null }, {}, null, undefined, 7]) expect(holds(row)).toBe(false)
  })
})

describe('decimals', () => {
  const compared = (a: string, b: string) => {
    const row = { a }
    const [less, equal] = (['lessThan', 'equals'] as const).map((op) =>
      compileExpression(leafOf(op, { field: 'a', value: decimal(b) }))(row),
    )
    return less ? '<' : equal ? '=' : '>'
  }

  test.each([
    ['1.0', '=', '1'],
    ['1', '=', '1e0'],
    ['100', '=', '1e+2'],
    ['0.001', '=', '1e-3'],
    ['1e12', '=', '1000000000000'],
    ['-0', '=', '0'],
    ['-2', '<', '-1'],
    ['-1', '<', '0'],
    ['0', '<', '0.1'],
    ['12', '<', '13'],
    ['1.21', '>', '1.2'],
    ['NaN', '>', '1'],
    ['Infinity', '>', '1e1000'],
    ['-Infinity', '<', '-1e1000'],
  ])('%s %s %s', (a, sign, b) => {
    expect(compared(a, b)).toBe(sign)
  })

  test.each<[unknown, boolean]>([
    ['1.0', false],
    [1, true],
    [1n, true],
    [decimal('1.00'), true],
    [decimal('2'), false],
    [Number.NaN, false],
    [true, false],
    [null, false],
    [new Date(1), false],
  ])('are in the list of %o where they equal it', (value, equal) => {
    const holds = (op: 'equals' | 'isIn' | 'isNotIn', operand: unknown) =>
      compileExpression(leafOf(op, { field: 'a', value: operand }))({ a: decimal('1.0') })

    expect(holds('equals', value)).toBe(equal)
    expect(holds('isIn', [value])).toBe(equal)
    expect(holds('isNotIn', [value])).toBe(!equal)
  })

  test('are texts that are numbers', () => {
    for (const text of ['', '.', 'e1', '1e', '1e1.5', 'x', '1 ', '--1', '1e1234567890'])
      expect(
        issuesOf(() => decimal(text)),
        text,
      ).toEqual([': decimal takes a decimal number as text'])
    expect(issuesOf(() => decimal(1 as never))).toEqual([': decimal takes a decimal number as text'])
  })

  test('have as many digits as PostgreSQL keeps', () => {
    expect(issuesOf(() => decimal('9'.repeat(131_072)))).toEqual([])
    expect(issuesOf(() => decimal('9'.repeat(131_073)))).toHaveLength(1)
  })
})

describe('depth', () => {
  /** As many levels as asked for: a condition, then "not" of "and" in turns. */
  function deep(levels: number): Expression {
    let expression: Expression = checkedExpression({ op: 'isNull', field: 'a' })
    for (let level = 1; level < levels; level++)
      expression =
        level % 2 === 0
          ? negation(expression)
          : checkedExpression({ op: level % 4 === 1 ? 'and' : 'or', of: [expression] } as Expression)
    return expression
  }

  test('is at most 1,000 levels', () => {
    expect(compileExpression(deep(1_000))({ a: null })).toBeTypeOf('boolean')
    const deepest = deep(1_000)
    expect(() => negation({ op: 'and', of: [deepest] } as Expression)).toThrow(
      expect.objectContaining({
        issues: [{ path: '', message: 'a specification is at most 1000 levels deep', code: 'too_deep' }],
      }),
    )
  })
})
