import { ValidationError } from '@base/core/errors'
import { runs } from '@base-internal/tools/soak'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type JsonFieldType, type JsonFilterOptions, specificationFromJson } from './index.js'

interface Order {
  readonly status: string
  readonly total: number
  readonly placedAt: Date
  readonly note: string | null
  readonly id: bigint
  readonly price: string
  readonly tags: readonly string[]
}

const fields = ['status', 'total', 'placedAt', 'note', 'tags'] as const
const read = (json: unknown, options: JsonFilterOptions<Order> = { fields }) =>
  specificationFromJson<Order>(json, options)
const order: Order = {
  status: 'paid',
  total: 20,
  placedAt: new Date('2026-01-31T00:00:00Z'),
  note: null,
  id: 9007199254740993n,
  price: '10.50',
  tags: ['gift'],
}

function issuesOf(call: () => unknown): readonly { path: string; message: string }[] {
  try {
    call()
  } catch (error) {
    if (error instanceof ValidationError) return error.issues
    throw error
  }
  throw new Error('was not refused')
}

/** Where something is wrong. */
function pathsOf(call: () => unknown): readonly string[] {
  return issuesOf(call).map(({ path }) => path)
}

describe('specificationFromJson', () => {
  test('reads a filter that uses what it may', () => {
    const filter = {
      op: 'and',
      of: [
        { op: 'equals', field: 'status', value: 'paid' },
        {
          op: 'or',
          of: [
            { op: 'greaterThan', field: 'total', value: 10 },
            { op: 'isNull', field: 'note' },
          ],
        },
        { op: 'not', of: { op: 'contains', field: 'status', value: 'X', ignoreCase: true } },
        { op: 'hasElement', field: 'tags', value: 'gift' },
      ],
    }

    expect(read(filter).isSatisfiedBy(order)).toBe(true)
    expect(read(filter).isSatisfiedBy({ ...order, status: 'lost' })).toBe(false)
  })

  test('allows operators by field', () => {
    const options: JsonFilterOptions<Order> = {
      fields: { status: { operators: ['equals', 'isIn'] }, total: {} },
    }

    expect(read({ op: 'isIn', field: 'status', value: ['paid'] }, options).isSatisfiedBy(order)).toBe(true)
    expect(issuesOf(() => read({ op: 'contains', field: 'status', value: 'a' }, options))).toEqual([
      { path: 'op', message: 'is not allowed for this field' },
    ])
  })

  test('gives text the type of the field, where it is told', () => {
    const options: JsonFilterOptions<Order> = {
      fields: {
        placedAt: { type: 'date' },
        id: { type: 'bigint' },
        price: { type: 'decimal' },
        total: { type: 'number' },
      },
    }
    const satisfied = (op: string, field: string, value: unknown) =>
      read({ op, field, value }, options).isSatisfiedBy(order)

    expect(satisfied('greaterThanOrEqual', 'placedAt', '2026-01-31T00:00:00Z')).toBe(true)
    expect(satisfied('equals', 'id', '9007199254740993')).toBe(true)
    expect(satisfied('equals', 'price', '10.5')).toBe(true)
    expect(satisfied('between', 'total', [1, 20])).toBe(true)
    expect(issuesOf(() => satisfied('equals', 'total', '20'))).toMatchObject([{ path: 'value' }])
    expect(issuesOf(() => satisfied('equals', 'placedAt', 'soon'))).toMatchObject([{ path: 'value' }])
    expect(issuesOf(() => satisfied('contains', 'total', '2'))).toMatchObject([
      { path: 'op' },
      { path: 'value' },
    ])
  })

  describe.each<[JsonFieldType, unknown[], unknown[]]>([
    ['string', ['paid', ''], [1, true, { $bigint: '1' }, { $date: '2026-01-31T00:00:00Z' }]],
    ['number', [20, -0.5, { $number: 'NaN' }], ['20', true, { $bigint: '1' }]],
    ['boolean', [true, false], [0, 'true', { $date: '2026-01-31T00:00:00Z' }]],
    [
      'date',
      ['2026-01-31T00:00:00Z', { $date: '2026-01-31T00:00:00Z' }],
      [0, true, 'soon', { $bigint: '1' }],
    ],
    ['bigint', ['9007199254740993', 7, { $bigint: '7' }], [1.5, 2 ** 53, true, 'x', { $decimal: '1' }]],
    ['decimal', ['10.50', 10.5, 7, { $decimal: '10.5' }], [true, 'x', { $bigint: '1' }]],
  ])('a field of type %s', (type, good, bad) => {
    const options: JsonFilterOptions<Order> = { fields: { status: { type } } }
    const judged = (op: string, value: unknown) => () => read({ op, field: 'status', value }, options)

    test('takes its operands, plain and tagged, and null', () => {
      for (const value of [...good, null]) {
        expect(judged('equals', value), JSON.stringify(value)).not.toThrow()
        expect(judged('isIn', [value, good[0]]), JSON.stringify(value)).not.toThrow()
      }
      expect(judged('isNull', undefined)).not.toThrow()
    })

    test('refuses others, by their place', () => {
      for (const value of bad) {
        expect(pathsOf(judged('equals', value)), JSON.stringify(value)).toEqual(['value'])
        expect(pathsOf(judged('isIn', [good[0], value])), JSON.stringify(value)).toEqual(['value.1'])
        // What is no list is the operator's to judge, and stays as it came.
        expect(pathsOf(judged('isIn', good[0]))).toEqual(['value'])
      }
    })

    test('takes no list where one operand belongs', () => {
      expect(new Set(pathsOf(judged('equals', [good[0]])))).toEqual(new Set(['value']))
    })
  })

  test('says what an operand must be', () => {
    const wrongOf = (op: string, value: unknown, type: JsonFieldType) =>
      issuesOf(() => read({ op, field: 'status', value }, { fields: { status: { type } } }))

    expect(wrongOf('equals', 1, 'string')).toEqual([{ path: 'value', message: 'must be a string' }])
    expect(wrongOf('equals', { $bigint: '1' }, 'date')).toEqual([
      { path: 'value', message: 'must be a date' },
    ])
    const date = 'must be a date as text, such as 2026-01-31 or 2026-01-31T00:00:00.000Z, received'
    const bigint = 'must be a whole number as text, such as 7, received'
    const decimal = 'must be a decimal number as text, such as 7.50, received'
    for (const [type, value, message] of [
      ['date', 'tomorrow', `${date} a text that is no date`],
      ['date', '2026-01-31T00:00:00.123456Z', `${date} a text that is no date`],
      ['date', true, `${date} a boolean that is no date`],
      ['bigint', 1.5, `${bigint} a number that is no bigint`],
      ['decimal', '1,5', `${decimal} a text that is no decimal`],
    ] as const)
      expect(wrongOf('equals', value, type)).toEqual([{ path: 'value', message }])
    expect(wrongOf('startsWith', null, 'decimal')[0]).toEqual({
      path: 'op',
      message: 'is not for a decimal',
    })
    expect(() =>
      read({ op: 'contains', field: 'status', value: 'a' }, { fields: { status: { type: 'string' } } }),
    ).not.toThrow()
    expect(issuesOf(() => read({ op: 'isNull', field: 'id' }))).toEqual([
      { path: 'field', message: 'must be one of the fields that can be filtered' },
    ])
  })

  test('a list that is too long is told by its place, whatever is in it', () => {
    const value = Array.from({ length: 10_001 }, () => 1)
    expect(issuesOf(() => read({ op: 'isIn', field: 'status', value }))).toEqual([
      { path: 'value', message: 'must have at most 10000 values' },
    ])
  })

  test.each<[string, unknown, string]>([
    ['another field', { op: 'equals', field: 'secret', value: 1 }, 'field'],
    ['a field of a prototype', { op: 'equals', field: '__proto__.x', value: 1 }, 'field'],
    ['a constructor', { op: 'isNull', field: 'constructor' }, 'field'],
    ['no field', { op: 'isNull' }, 'field'],
    ['another operator', { op: 'regex', field: 'status', value: '.*' }, 'op'],
    ['an operator of the prototype', { op: 'toString', field: 'status' }, 'op'],
    ['a function', { op: 'satisfies', name: 'x' }, 'op'],
    ['no operator', { field: 'status' }, 'op'],
    ['no object', 'status = paid', ''],
    ['null', null, ''],
    ['an array', [], ''],
    ['a part that is none', { op: 'and', of: [null] }, 'of.0'],
    ['parts that are none', { op: 'and', of: {} }, 'of'],
    [
      'a wrong place deep inside',
      { op: 'not', of: { op: 'or', of: [{ op: 'isIn', field: 'status', value: 'x' }] } },
      'of.of.0.value',
    ],
    ['an operand that is an object', { op: 'equals', field: 'status', value: { $gt: '' } }, 'value'],
    ['an unknown property', { op: 'equals', field: 'status', value: 'a', raw: '1=1' }, ''],
    ['null where an order is needed', { op: 'lessThan', field: 'total', value: null }, 'value'],
    ['a range of one end', { op: 'between', field: 'total', value: [1] }, 'value'],
    ['a lone surrogate', { op: 'equals', field: 'status', value: '\ud800' }, 'value'],
    ['U+0000', { op: 'contains', field: 'status', value: 'a\0' }, 'value'],
  ])('refuses %s, and says where', (_, json, path) => {
    expect(issuesOf(() => read(json)).map((issue) => issue.path)).toContain(path)
  })

  test('refuses a key named __proto__ as any unknown one', () => {
    expect(
      issuesOf(() => read(JSON.parse('{"op":"isNull","field":"note","__proto__":{"x":1}}'))),
    ).toHaveLength(1)
  })

  test('is not led by what the prototype of an object says', () => {
    const json = Object.create({ op: 'isNull', field: 'note' })
    expect(issuesOf(() => read(json)).map(({ path }) => path)).toContain('op')
  })

  test('takes 32 levels, 1,000 parts and lists of 10,000, and no more', () => {
    const leaf = { op: 'isNull', field: 'note' }
    const deep = (levels: number) => {
      let json: unknown = leaf
      for (let level = 1; level < levels; level++)
        json = { op: level % 2 === 0 ? 'and' : 'or', of: [json, leaf] }
      return json
    }
    const wide = (parts: number) => ({ op: 'and', of: Array.from({ length: parts - 1 }, () => leaf) })
    const list = (length: number) => ({
      op: 'isIn',
      field: 'status',
      value: Array.from({ length }, (_, n) => `${n}`),
    })

    for (const json of [deep(32), wide(1_000), list(10_000)]) expect(() => read(json)).not.toThrow()
    expect(issuesOf(() => read(deep(33)))).toMatchObject([{ message: 'must be at most 32 levels deep' }])
    expect(issuesOf(() => read(wide(1_001)))).toMatchObject([{ message: 'must have at most 1000 parts' }])
    expect(issuesOf(() => read(list(10_001)))).toMatchObject([{ message: 'must have at most 10000 values' }])
    expect(() => read(deep(100_000))).toThrow(ValidationError)
  })

  test('tells all that is wrong, but not endlessly, and never what was sent', () => {
    const json = {
      op: 'and',
      of: Array.from({ length: 500 }, () => ({ op: 'equals', field: 'hunter2', value: 'hunter2' })),
    }
    const issues = issuesOf(() => read(json))

    expect(issues.length).toBeGreaterThan(1)
    expect(issues.length).toBeLessThanOrEqual(20)
    expect(JSON.stringify(issues)).not.toContain('hunter2')
  })

  test.each<[string, unknown, string]>([
    ['no options', undefined, 'fields'],
    ['no fields', {}, 'fields'],
    ['null for fields', { fields: null }, 'fields'],
    ['fields that are no paths', { fields: ['a..b'] }, 'fields'],
    ['a field of a prototype', { fields: ['__proto__'] }, 'fields'],
    [
      'operators that are none',
      { fields: { status: { operators: ['equals', 'regex'] } } },
      'fields.status.operators',
    ],
    ['null for rules', { fields: { status: null } }, 'fields.status'],
    ['a type that is none', { fields: { status: { type: 'uuid' } } }, 'fields.status.type'],
  ])('refuses to begin with %s', (_, options, option) => {
    expect(() => specificationFromJson({ op: 'isNull', field: 'note' }, options as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringMatching(/ must be .{10,}/),
        details: expect.objectContaining({
          package: '@base/domain',
          pattern: 'specificationFromJson',
          option,
        }),
      }),
    )
  })

  test('a field whose rules are undefined is none', () => {
    const fields = { status: {}, note: undefined }
    const filter = (field: string) => () => read({ op: 'isNull', field }, { fields })
    expect(filter('status')).not.toThrow()
    expect(pathsOf(filter('note'))).toEqual(['field'])
  })

  test('throws nothing but ValidationErrors, whatever comes', () => {
    const key = fc.constantFrom('op', 'of', 'field', 'value', 'ignoreCase', '__proto__')
    const word = fc.constantFrom<unknown>(
      'and',
      'or',
      'not',
      'equals',
      'isIn',
      'between',
      'status',
      'total',
      1,
      null,
    )
    const json = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 6 },
        word,
        fc.anything(),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(key, tie('node')),
      ),
    })).node
    fc.assert(
      fc.property(json, (candidate) => {
        try {
          read(candidate).isSatisfiedBy(order)
        } catch (error) {
          expect(error).toBeInstanceOf(ValidationError)
        }
      }),
      { numRuns: runs({ ci: 1_000, soak: 100_000 }) },
    )
  })
})
