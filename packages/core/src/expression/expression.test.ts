import { describe, expect, test } from 'vitest'
import { UnsupportedError } from '../errors/errors.js'
import { ValidationError } from '../errors/validation-error.js'
import {
  checkedExpression,
  compileExpression,
  compileLeaf,
  type Expression,
  functionLeaf,
  type Junction,
  junction,
  leafOf,
  negation,
} from './index.js'

const open: Expression = { op: 'equals', field: 'status', value: 'open' }

const holds = (expression: unknown, row: unknown) =>
  compileExpression(checkedExpression(expression as Expression))(row)

describe('an expression', () => {
  test('is checked into a frozen copy, once', () => {
    const source = { op: 'and' as const, of: [open, { op: 'isNull' as const, field: 'closedAt' }] }
    const checked = checkedExpression(source)

    expect(checked).toEqual(source)
    expect(checked).not.toBe(source)
    expect(Object.isFrozen(checked)).toBe(true)
    expect(checkedExpression(checked)).toBe(checked)
  })

  test('does not change with the object it was read from', () => {
    const source = { op: 'equals', field: 'status', value: 'open' }
    const isOpen = compileExpression(checkedExpression(source as Expression))
    source.value = 'closed'

    expect(isOpen({ status: 'open' })).toBe(true)
  })

  test('that nobody has checked lets no row pass by an operator that is misspelled', () => {
    const misspelled = { op: 'lessthan', field: 'age', value: 18 } as unknown as Expression
    for (const expression of [
      misspelled,
      { op: 'not' as const, of: misspelled },
      { op: 'or' as const, of: [open, misspelled] },
    ])
      expect(() => compileExpression(expression)).toThrow(ValidationError)
  })

  test('judges a row, nulls included', () => {
    const either: Expression = { op: 'or', of: [open, { op: 'greaterThan', field: 'amount', value: 10 }] }

    expect(holds(either, { status: 'open' })).toBe(true)
    expect(holds(either, { status: null, amount: 11 })).toBe(true)
    expect(holds(either, {})).toBe(false)
    expect(holds({ op: 'not', of: either }, {})).toBe(true)
  })

  test.each([
    ['no object', null],
    ['an unknown operator', { op: 'matches', field: 'a', value: 'b' }],
    ['an operand that is undefined', { op: 'equals', field: 'a', value: undefined }],
    ['an operand that is an object', { op: 'equals', field: 'a', value: { b: 1 } }],
    ['a field of a prototype', { op: 'equals', field: '__proto__.a', value: 1 }],
    ['an order against null', { op: 'lessThan', field: 'a', value: null }],
    ['a list of parts with holes', { op: 'or', of: new Array(1) }],
    ['a property that nobody knows', { op: 'isNull', field: 'a', more: true }],
  ])('is refused where it is %s', (_, raw) => {
    expect(() => checkedExpression(raw as Expression)).toThrow(ValidationError)
  })

  test('holds functions of this process only', () => {
    const even = functionLeaf((row: { n: number }) => row.n % 2 === 0, 'even')

    expect(holds(even, { n: 2 })).toBe(true)
    expect(() => checkedExpression({ ...even })).toThrow(UnsupportedError)
  })

  test('tells what a condition read, and how it judges that', () => {
    const { read, test: judge } = compileLeaf(leafOf('startsWith', { field: 'address.city', value: 'Lis' }))

    expect(read({ address: { city: 'Lisbon' } })).toBe('Lisbon')
    expect(judge('Lisbon')).toBe(true)
    expect(judge('Porto')).toBe(false)
  })

  test('of parts that are made one by one takes in each, and stays as flat as its parts', () => {
    const part = (value: number) => leafOf('equals', { field: 'a', value })
    let chain: Expression = part(0)
    for (let value = 1; value < 100; value++) chain = junction('or', [chain, part(value)])
    expect((chain as Junction).of).toHaveLength(100)

    let deep: Expression = chain
    for (let level = 2; level < 1_000; level++)
      deep = junction(level % 2 === 0 ? 'and' : 'or', [deep, part(0)])
    deep = junction('or', [deep, chain])
    expect(() => junction('or', [deep, part(1)])).not.toThrow()
    expect(() => junction('and', [deep])).toThrow('at most 1000 levels deep')
  })

  test('that was not checked is no part of another', () => {
    expect(() => junction('and', [{ op: 'and', of: [] }])).toThrow(ValidationError)
  })

  test('negated twice is itself', () => {
    const checked = checkedExpression(open)
    expect(negation(negation(checked))).toBe(checked)
  })
})
