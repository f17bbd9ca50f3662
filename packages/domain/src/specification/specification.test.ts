import { InvalidOptionError, UnsupportedError, ValidationError } from '@base/core/errors'
import type { Expression } from '@base/core/expression'
import { describe, expect, test } from 'vitest'
import {
  allOf,
  always,
  anyOf,
  decimal,
  never,
  not,
  operandOf,
  Specification,
  specificationOf,
  where,
} from './index.js'

interface User {
  readonly name: string | null
  readonly age: number
  readonly email?: string | null
  readonly visits: bigint
  readonly balance: string
  readonly joined: Date
  readonly roles: readonly string[]
  readonly address: { readonly city: string; readonly geo?: { readonly lat: number } } | null
}

const ana: User = {
  name: 'Ana',
  age: 34,
  visits: 3n,
  balance: '10.50',
  joined: new Date('2026-01-31T10:00:00Z'),
  roles: ['editor'],
  address: { city: 'Lisbon', geo: { lat: 38.7 } },
}
const nobody: User = { ...ana, name: null, address: null, roles: [] }

const user = where<User>()

/** Conditions on a field of any type. */
const any = where<{ v: unknown }>()
const row = (v: unknown) => ({ v })

/** What a call throws. */
function thrown(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return undefined
}

describe('a specification', () => {
  test('tests an object', () => {
    const adult = user.greaterThanOrEqual('age', 18)

    expect(adult.isSatisfiedBy(ana)).toBe(true)
    expect(adult.isSatisfiedBy({ ...ana, age: 17 })).toBe(false)
  })

  test('reads nested fields, and takes what is absent on the way for null', () => {
    const lisbon = user.equals('address.city', 'Lisbon')

    expect(lisbon.isSatisfiedBy(ana)).toBe(true)
    expect(lisbon.isSatisfiedBy(nobody)).toBe(false)
    expect(user.isNull('address.geo.lat').isSatisfiedBy(nobody)).toBe(true)
    expect(user.equals('email', null).isSatisfiedBy(ana)).toBe(true)
  })

  test('reads getters, those of a class too', () => {
    class Order {
      readonly #lines = [2, 3]
      get total(): number {
        return this.#lines.reduce((sum, line) => sum + line, 0)
      }
    }
    expect(where<Order>().equals('total', 5).isSatisfiedBy(new Order())).toBe(true)
  })

  test('throws what a getter throws', () => {
    const fault = new Error('lazy loading failed')
    const lazy = {
      get v(): number {
        throw fault
      },
    }
    expect(() => any.equals('v', 1).not().isSatisfiedBy(lazy)).toThrow(fault)
    expect(() => any.equals('v', 1).explain(lazy)).toThrow(fault)
  })

  test('does not find a field in an array, a text or a date', () => {
    const odd = where<{ v: { length?: number; getTime?: number } }>()
    expect(odd.isNull('v.length').isSatisfiedBy({ v: [1, 2] as never })).toBe(true)
    expect(odd.isNull('v.length').isSatisfiedBy({ v: 'ab' as never })).toBe(true)
  })

  test('finds all fields of null absent', () => {
    expect(any.isNull('v').isSatisfiedBy(null as never)).toBe(true)
    expect(any.equals('v', 1).isSatisfiedBy(undefined as never)).toBe(false)
  })

  test('combines by and, or, not', () => {
    const adult = user.greaterThanOrEqual('age', 18)
    const local = user.equals('address.city', 'Lisbon')

    expect(adult.and(local).isSatisfiedBy(ana)).toBe(true)
    expect(adult.and(local).isSatisfiedBy(nobody)).toBe(false)
    expect(adult.or(local).isSatisfiedBy(nobody)).toBe(true)
    expect(adult.not().or(local).isSatisfiedBy(nobody)).toBe(false)
    expect(not(local).isSatisfiedBy(nobody)).toBe(true)
    expect(allOf(adult, local, not(local)).isSatisfiedBy(ana)).toBe(false)
    expect(anyOf(not(adult), local).isSatisfiedBy(ana)).toBe(true)
  })

  test('negates by not as by the method of that name', () => {
    const local = user.equals('address.city', 'Lisbon')

    expect(not(local).expression).toEqual({ op: 'not', of: local.expression })
    expect(not(local).expression).toEqual(local.not().expression)
    expect(not(not(local)).expression).toEqual(local.expression)
    expect(() => not(undefined as never)).toThrow(InvalidOptionError)
  })

  test('is always satisfied by all of nothing, and never by any of nothing', () => {
    expect(always<User>().isSatisfiedBy(ana)).toBe(true)
    expect(allOf<User>().isSatisfiedBy(ana)).toBe(true)
    expect(never<User>().isSatisfiedBy(ana)).toBe(false)
    expect(anyOf<User>().isSatisfiedBy(ana)).toBe(false)
    expect(always<User>().not().isSatisfiedBy(ana)).toBe(false)
  })

  test('refuses to be combined with anything else', () => {
    expect(() => allOf(user.isNull('name'), {} as never)).toThrow(
      '@base/domain Specification: specification 2 must be a specification, received an object.',
    )
    expect(() => user.isNull('name').and(undefined as never)).toThrow('received undefined')
  })
})

describe('a named rule', () => {
  class Locals extends Specification<User> {
    readonly city: string
    constructor(city: string) {
      super()
      this.city = city
    }
    get expression(): Expression<User> {
      return user.equals('address.city', this.city).expression
    }
  }

  test('is a subclass with an expression', () => {
    expect(new Locals('Lisbon').isSatisfiedBy(ana)).toBe(true)
    expect(new Locals('Porto').isSatisfiedBy(ana)).toBe(false)
    expect(new Locals('Lisbon').and(user.greaterThan('age', 40)).isSatisfiedBy(ana)).toBe(false)
    expect(JSON.stringify(new Locals('Porto'))).toBe('{"op":"equals","field":"address.city","value":"Porto"}')
  })

  test('is compiled again when its expression is another', () => {
    const rule = new Locals('Lisbon')
    expect(rule.isSatisfiedBy(ana)).toBe(true)
    ;(rule as { city: string }).city = 'Porto'
    expect(rule.isSatisfiedBy(ana)).toBe(false)
  })

  test('may write its expression by hand, which is then checked', () => {
    class Adults extends Specification<User> {
      readonly expression: Expression<User> = { op: 'greaterThanOrEqual', field: 'age', value: 18 }
    }
    class Broken extends Specification<User> {
      readonly expression = { op: 'like', field: 'age', value: '%' } as unknown as Expression<User>
    }
    expect(new Adults().isSatisfiedBy(ana)).toBe(true)
    expect(() => new Broken().isSatisfiedBy(ana)).toThrow(ValidationError)
    expect(() => new Broken().and(new Adults())).toThrow(ValidationError)
  })
})

describe('null', () => {
  test('is equal to null and undefined alone', () => {
    expect(any.equals('v', null).isSatisfiedBy(row(undefined))).toBe(true)
    expect(any.equals('v', null).isSatisfiedBy(row(0))).toBe(false)
    expect(any.notEquals('v', null).isSatisfiedBy(row(null))).toBe(false)
  })

  test('makes a comparison false and its negation true', () => {
    for (const asked of [
      any.equals('v', 1),
      any.greaterThan('v', 1),
      any.lessThanOrEqual('v', 1),
      any.between('v', 1, 2),
      any.contains('v', ''),
      any.isIn('v', [1]),
      any.hasElement('v', 1),
    ]) {
      expect(asked.isSatisfiedBy(row(null))).toBe(false)
      expect(asked.not().isSatisfiedBy(row(null))).toBe(true)
    }
    expect(any.notEquals('v', 1).isSatisfiedBy(row(null))).toBe(true)
    expect(any.isNotIn('v', [1]).isSatisfiedBy(row(null))).toBe(true)
  })

  test('is in a list that holds it', () => {
    expect(any.isIn('v', [1, null]).isSatisfiedBy(row(undefined))).toBe(true)
    expect(any.isNotIn('v', [1, null]).isSatisfiedBy(row(null))).toBe(false)
    expect(any.isNotIn('v', [1, null]).isSatisfiedBy(row(2))).toBe(true)
    expect(any.isIn('v', []).isSatisfiedBy(row(null))).toBe(false)
    expect(any.isNotIn('v', []).isSatisfiedBy(row(null))).toBe(true)
  })

  test('is an element like others', () => {
    expect(any.hasElement('v', null).isSatisfiedBy(row([1, undefined]))).toBe(true)
    expect(any.hasElement('v', null).isSatisfiedBy(row([1]))).toBe(false)
  })
})

describe('order', () => {
  const sorted = (values: readonly unknown[]) => {
    values.forEach((low, i) => {
      values.forEach((high, j) => {
        const [a, b] = [any.lessThan('v', high as never), any.greaterThanOrEqual('v', high as never)]
        expect(a.isSatisfiedBy(row(low)), `${String(low)} < ${String(high)}`).toBe(i < j)
        expect(b.isSatisfiedBy(row(low)), `${String(low)} >= ${String(high)}`).toBe(i >= j)
        expect(
          any.equals('v', high as never).isSatisfiedBy(row(low)),
          `${String(low)} = ${String(high)}`,
        ).toBe(i === j)
        expect(any.isIn('v', [high as never]).isSatisfiedBy(row(low)), `${String(low)} in`).toBe(i === j)
      })
    })
  }

  test('of text is by code point, as COLLATE "C" has it', () => {
    sorted(
      ['', 'A', 'B', 'a', 'a\uFFFD', 'a\u{1F600}', 'ab'].sort((a, b) =>
        Buffer.compare(Buffer.from(a), Buffer.from(b)),
      ),
    )
  })

  test('of numbers has NaN last and equal to itself, across kinds too', () => {
    sorted([
      Number.NEGATIVE_INFINITY,
      -1.5,
      0,
      0.1,
      1n,
      2 ** 53,
      2n ** 53n + 1n,
      10n ** 30n,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ])
    sorted([
      decimal('-1.05'),
      decimal('-1'),
      -0,
      decimal('0.0000001'),
      decimal('.1'),
      0.5,
      1n,
      decimal('12.5'),
      1e300,
    ])
    expect(any.equals('v', 0).isSatisfiedBy(row(-0))).toBe(true)
    expect(any.isIn('v', [-0]).isSatisfiedBy(row(0))).toBe(true)
    expect(any.equals('v', 1).isSatisfiedBy(row(1n))).toBe(true)
    expect(any.isIn('v', [2n, 1n]).isSatisfiedBy(row(1))).toBe(true)
    expect(any.isIn('v', [2, 1]).isSatisfiedBy(row(1n))).toBe(true)
    expect(any.isIn('v', [2 ** 53]).isSatisfiedBy(row(2n ** 53n + 1n))).toBe(false)
    expect(any.isIn('v', [1]).isSatisfiedBy(row(10n ** 400n))).toBe(false)
  })

  test('of dates is by the millisecond, and an invalid date has none', () => {
    sorted([new Date(-8.64e15), new Date(-1), new Date(0), new Date(1)])
    const invalid = row(new Date(Number.NaN))
    expect(any.lessThanOrEqual('v', new Date(0)).isSatisfiedBy(invalid)).toBe(false)
    expect(any.isNull('v').isSatisfiedBy(invalid)).toBe(false)
  })

  test('has no place for values of another kind', () => {
    for (const v of ['5', true, new Date(5), [5], { n: 5 }, Symbol('5'), () => 5]) {
      expect(any.between('v', 0, 9).isSatisfiedBy(row(v))).toBe(false)
      expect(any.equals('v', 5).isSatisfiedBy(row(v))).toBe(false)
      expect(any.isIn('v', [5]).isSatisfiedBy(row(v))).toBe(false)
      expect(any.notEquals('v', 5).isSatisfiedBy(row(v))).toBe(true)
    }
    expect(any.equals('v', new Date(5)).isSatisfiedBy(row(5))).toBe(false)
    expect(any.isIn('v', [new Date(5)]).isSatisfiedBy(row(5))).toBe(false)
    expect(any.equals('v', true).isSatisfiedBy(row(1))).toBe(false)
    expect(any.equals('v', false).isSatisfiedBy(row(null))).toBe(false)
    expect(any.equals('v', new Date(5)).isSatisfiedBy(row({ [Symbol.toStringTag]: 'Date' }))).toBe(false)
  })

  test('of a range includes both ends, and reversed ends hold nothing', () => {
    const aged = user.between('age', 18, 34)
    expect(aged.isSatisfiedBy(ana)).toBe(true)
    expect(aged.isSatisfiedBy({ ...ana, age: 18 })).toBe(true)
    expect(aged.isSatisfiedBy({ ...ana, age: 35 })).toBe(false)
    expect(user.between('age', 34, 18).isSatisfiedBy({ ...ana, age: 20 })).toBe(false)
  })
})

describe('a decimal', () => {
  test('compares by value, exactly, with text, numbers and bigints', () => {
    expect(user.equals('balance', decimal('10.5')).isSatisfiedBy(ana)).toBe(true)
    expect(user.equals('balance', '10.5').isSatisfiedBy(ana)).toBe(false)
    expect(user.greaterThan('balance', decimal('9')).isSatisfiedBy(ana)).toBe(true)
    expect(user.greaterThan('balance', decimal('10.49999999999999999999')).isSatisfiedBy(ana)).toBe(true)
    expect(user.isIn('balance', [decimal('1'), decimal('010.500')]).isSatisfiedBy(ana)).toBe(true)
    expect(any.equals('v', decimal('0.1')).isSatisfiedBy(row(0.1))).toBe(true)
    expect(any.equals('v', decimal('9007199254740993')).isSatisfiedBy(row(9007199254740993n))).toBe(true)
    expect(any.equals('v', decimal('1e3')).isSatisfiedBy(row(1000))).toBe(true)
    expect(any.equals('v', decimal('-0.00')).isSatisfiedBy(row(0))).toBe(true)
    expect(any.equals('v', 1).isSatisfiedBy(row(decimal('1.0')))).toBe(true)
  })

  test('is less than NaN, and of no order with text that is no number', () => {
    expect(any.lessThan('v', decimal('1')).isSatisfiedBy(row('-Infinity'))).toBe(true)
    expect(any.greaterThan('v', decimal('1')).isSatisfiedBy(row('NaN'))).toBe(true)
    for (const text of ['', '.', 'e5', '1,5', '0x10', ' 1', '1e', '--1']) {
      expect(any.greaterThan('v', decimal('-1')).isSatisfiedBy(row(text)), text).toBe(false)
    }
  })

  test.each([
    '',
    '.',
    'one',
    '1,5',
    'NaN',
    'Infinity',
    '1e999999999',
    '1e-20000',
    '0'.repeat(3),
    `1e${'9'.repeat(400)}`,
  ])('is a decimal number: %s', (text) => {
    if (text === '000') expect(decimal(text)).toEqual({ $decimal: '000' })
    else expect(() => decimal(text)).toThrow(ValidationError)
  })
})

describe('text', () => {
  test('is found as it is written', () => {
    expect(user.contains('name', 'n').isSatisfiedBy(ana)).toBe(true)
    expect(user.startsWith('name', 'An').isSatisfiedBy(ana)).toBe(true)
    expect(user.endsWith('name', 'na').isSatisfiedBy(ana)).toBe(true)
    expect(user.startsWith('name', 'an').isSatisfiedBy(ana)).toBe(false)
    expect(any.contains('v', '%').isSatisfiedBy(row('abc'))).toBe(false)
    expect(any.contains('v', '[a-z]').isSatisfiedBy(row('abc'))).toBe(false)
  })

  test('holds the empty text, null does not', () => {
    expect(user.contains('name', '').isSatisfiedBy({ ...ana, name: '' })).toBe(true)
    expect(user.startsWith('name', '').isSatisfiedBy(nobody)).toBe(false)
  })

  test('is folded from A to Z only where case is ignored', () => {
    const folded = { ignoreCase: true }
    expect(user.contains('name', 'NA', folded).isSatisfiedBy(ana)).toBe(true)
    expect(any.endsWith('v', 'BC', folded).isSatisfiedBy(row('abc'))).toBe(true)
    expect(any.startsWith('v', 'É', folded).isSatisfiedBy(row('é'))).toBe(false)
    expect(any.contains('v', 'k', folded).isSatisfiedBy(row('\u212A'))).toBe(false)
    expect(any.contains('v', 'i', folded).isSatisfiedBy(row('İ'))).toBe(false)
  })

  test('is never normalised', () => {
    expect(any.equals('v', 'é').isSatisfiedBy(row('e\u0301'))).toBe(false)
  })
})

describe('an array field', () => {
  test('is asked for an element, by the equality of all conditions', () => {
    expect(user.hasElement('roles', 'editor').isSatisfiedBy(ana)).toBe(true)
    expect(user.hasElement('roles', 'admin').isSatisfiedBy(ana)).toBe(false)
    expect(any.hasElement('v', Number.NaN).isSatisfiedBy(row([Number.NaN]))).toBe(true)
    expect(any.hasElement('v', new Date(5)).isSatisfiedBy(row([new Date(5)]))).toBe(true)
    expect(any.hasElement('v', 'a').isSatisfiedBy(row('a'))).toBe(false)
  })
})

describe('a function', () => {
  const short = user.satisfies(({ name }) => (name ?? '').length < 5, 'has a short name')

  test('tests in memory', () => {
    expect(short.isSatisfiedBy(ana)).toBe(true)
    expect(short.and(user.equals('age', 34)).isSatisfiedBy(ana)).toBe(true)
    expect(short.not().isSatisfiedBy(ana)).toBe(false)
  })

  test('is satisfied by true alone, not by a promise', () => {
    const async = user.satisfies((async () => true) as never, 'is asynchronous by mistake')
    expect(async.isSatisfiedBy(ana)).toBe(false)
  })

  test('is not sent', () => {
    const rule = user.equals('age', 34).and(anyOf(user.isNull('name'), not(short)))
    expect(thrown(() => JSON.stringify(rule))).toBeInstanceOf(UnsupportedError)
    expect(() => rule.toJSON()).toThrow("'has a short name' is a function")
    const received = JSON.parse(JSON.stringify(rule.expression))
    expect(() => specificationOf(received)).toThrow(UnsupportedError)
  })

  test('has a name', () => {
    expect(() => user.satisfies(() => true, '')).toThrow(
      '@base/domain satisfies: name must be a text that is not empty',
    )
    expect(() => user.satisfies('x' as never, 'x')).toThrow('predicate must be a function')
  })
})

describe('an operand', () => {
  const lone = '\uD800'
  test.each<[what: string, call: () => unknown]>([
    ['undefined', () => any.equals('v', undefined as never)],
    ['an object', () => any.equals('v', {} as never)],
    ['an array', () => any.equals('v', [1] as never)],
    ['a symbol', () => any.equals('v', Symbol('x') as never)],
    ['a function', () => any.notEquals('v', (() => 1) as never)],
    ['an invalid date', () => any.equals('v', new Date(Number.NaN))],
    ['U+0000', () => any.equals('v', 'a\0')],
    ['a lone surrogate', () => any.contains('v', lone)],
    ['a lone surrogate in a list', () => any.isIn('v', ['a', lone])],
    ['null for an order', () => any.greaterThan('v', null as never)],
    ['undefined for an order', () => any.lessThanOrEqual('v', undefined as never)],
    ['a boolean for an order', () => any.lessThan('v', true as never)],
    ['null in a range', () => any.between('v', 1, null as never)],
    ['null for a text', () => any.startsWith('v', null as never)],
    ['a number for a text', () => any.endsWith('v', 1 as never)],
    ['a list that is none', () => any.isIn('v', 'abc' as never)],
    ['a hole in a list', () => any.isIn('v', new Array(1) as never)],
    ['an undefined element', () => any.hasElement('v', undefined as never)],
    ['ignoreCase that is no boolean', () => any.contains('v', 'a', { ignoreCase: 1 as never })],
    ['an unknown tag', () => any.equals('v', { $regex: '.*' } as never)],
    ['an empty field', () => any.isNull('' as never)],
    ['an empty name', () => any.isNull('a..b' as never)],
    ['a prototype', () => any.isNull('__proto__.polluted' as never)],
    ['a constructor', () => any.equals('a.constructor.name' as never, 'x' as never)],
    ['no field', () => any.isNull(undefined as never)],
  ])('is refused where it is made: %s', (_, call) => {
    expect(thrown(call)).toBeInstanceOf(ValidationError)
  })

  test('is refused by field and operator, without its value', () => {
    const error = thrown(() => user.greaterThan('age', 'a secret\0' as never)) as ValidationError
    expect(error.issues).toEqual([
      {
        path: 'age',
        message:
          'greaterThan: must be a text, number, bigint, valid date or decimal, received a text with U+0000 or a lone surrogate',
      },
    ])
  })

  test('is copied, so that a later change of it changes nothing', () => {
    const date = new Date('2026-01-31T10:00:00Z')
    const list = [1, 2]
    const [joined, listed] = [user.equals('joined', date), user.isIn('age', list)]
    date.setTime(0)
    list.push(34)
    expect(joined.isSatisfiedBy(ana)).toBe(true)
    expect(listed.isSatisfiedBy(ana)).toBe(false)
  })

  test('is read back by adapters', () => {
    const operands = [7n, new Date(0), Number.NaN, -0, 'x', null, true, decimal('1.00')]
    for (const operand of operands) {
      const { expression } = any.equals('v', operand)
      expect(expression.op === 'equals' && operandOf(expression.value)).toEqual(operand)
    }
  })
})

describe('the expression', () => {
  test('is plain data in the shape that the names promise', () => {
    const rule = user
      .equals('address.city', 'Lisbon')
      .and(user.isIn('age', [1, 2]).or(user.contains('name', 'a', { ignoreCase: true }).not()))

    expect(rule.toJSON()).toBe(rule.expression)
    expect(rule.expression).toStrictEqual({
      op: 'and',
      of: [
        { op: 'equals', field: 'address.city', value: 'Lisbon' },
        {
          op: 'or',
          of: [
            { op: 'isIn', field: 'age', value: [1, 2] },
            { op: 'not', of: { op: 'contains', field: 'name', value: 'a', ignoreCase: true } },
          ],
        },
      ],
    })
    expect(user.isNull('name').expression).toStrictEqual({ op: 'isNull', field: 'name' })
  })

  test('tags what JSON would lose', () => {
    const values = [
      1n,
      new Date(0),
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      -0,
      decimal('1.00'),
    ]
    expect(JSON.parse(JSON.stringify(any.isIn('v', values))).value).toEqual([
      { $bigint: '1' },
      { $date: '1970-01-01T00:00:00.000Z' },
      { $number: 'NaN' },
      { $number: 'Infinity' },
      { $number: '-Infinity' },
      { $number: '-0' },
      { $decimal: '1.00' },
    ])
  })

  test('is frozen to the last leaf', () => {
    const { expression } = allOf(any.isIn('v', [1n, new Date(0)]), any.between('v', 1, 2).not())
    const check = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      expect(Object.isFrozen(value)).toBe(true)
      Object.values(value).forEach(check)
    }
    check(expression)
    check(specificationOf(JSON.parse(JSON.stringify(expression))).expression)
  })

  test('stays flat where a chain is long', () => {
    let rule = always<User>()
    for (let age = 0; age < 500; age++) rule = rule.and(user.notEquals('age', age + 100))
    expect(rule.expression).toMatchObject({ op: 'and', of: { length: 500 } })
    expect(rule.not().not().expression).toBe(rule.expression)
  })

  test('is refused where it is so deep that a walk would run out of stack', () => {
    let rule = never<User>()
    const deepen = () => {
      for (let level = 0; level < 2_000; level++) rule = rule.not().and(user.isNull('name')).or(always())
    }
    expect(thrown(deepen)).toBeInstanceOf(ValidationError)
    expect(typeof rule.isSatisfiedBy(ana)).toBe('boolean')
  })

  test('is checked where it comes from somewhere else', () => {
    expect(specificationOf<User>({ op: 'equals', field: 'age', value: 34 }).isSatisfiedBy(ana)).toBe(true)
    const error = thrown(() =>
      specificationOf({
        op: 'and',
        of: [{ op: 'equals', field: 'a', value: undefined }, { op: 'not', of: null }, { op: 'like' }],
      } as never),
    ) as ValidationError
    expect(error.issues.map(({ path }) => path)).toEqual(['of.0.value', 'of.1.of', 'of.2.op'])
  })

  test('of another copy of the package keeps its functions', () => {
    const { expression } = user.satisfies(() => true, 'is anything')
    const foreign = Object.freeze(Object.create(null, Object.getOwnPropertyDescriptors(expression)))
    expect(specificationOf<User>(foreign).isSatisfiedBy(ana)).toBe(true)
  })
})

describe('explain', () => {
  test('says nothing failed where it is satisfied', () => {
    expect(user.equals('age', 34).explain(ana)).toEqual({ satisfied: true, failed: [] })
  })

  test('names every condition that failed, with what was asked for and what was found', () => {
    const rule = allOf(
      user.equals('address.city', 'Porto'),
      user.greaterThan('age', 40),
      user.isNotNull('name'),
    )
    expect(rule.explain(ana)).toEqual({
      satisfied: false,
      failed: [
        { field: 'address.city', op: 'equals', value: 'Porto', actual: 'Lisbon' },
        { field: 'age', op: 'greaterThan', value: 40, actual: 34 },
      ],
    })
  })

  test('names all branches of an or, and not those that held', () => {
    const rule = anyOf(user.equals('age', 1), user.equals('name', 'Ana').and(user.between('visits', 5n, 9n)))
    expect(rule.explain(ana).failed).toEqual([
      { field: 'age', op: 'equals', value: 1, actual: 34 },
      { field: 'visits', op: 'between', value: [5n, 9n], actual: 3n },
    ])
  })

  test('names what should not have held under a not', () => {
    const blocked = anyOf(user.equals('name', 'Ana'), user.equals('age', 1))
    expect(not(blocked).explain(ana)).toEqual({
      satisfied: false,
      failed: [{ field: 'name', op: 'equals', value: 'Ana', actual: 'Ana', negated: true }],
    })
    expect(
      not(blocked.not().and(user.isNull('name')))
        .not()
        .explain(ana).failed,
    ).toEqual([
      { field: 'name', op: 'equals', value: 'Ana', actual: 'Ana', negated: true },
      { field: 'name', op: 'isNull', actual: 'Ana' },
    ])
  })

  test('names a function, and runs it only where the conditions before it hold', () => {
    const named = user
      .isNotNull('name')
      .and(user.satisfies(({ name }) => (name as string).length > 9, 'has a long name'))
    expect(named.explain(ana).failed).toEqual([
      { field: '', op: 'satisfies', value: 'has a long name', actual: ana },
    ])
    expect(named.explain(nobody).failed).toEqual([{ field: 'name', op: 'isNotNull', actual: null }])
  })

  test('tells whether letters were folded, and nothing that was not asked', () => {
    const folded = user.contains('name', 'X', { ignoreCase: true }).and(user.contains('name', 'Y'))
    expect(folded.explain(ana).failed).toStrictEqual([
      { field: 'name', op: 'contains', value: 'X', actual: 'Ana', ignoreCase: true },
      { field: 'name', op: 'contains', value: 'Y', actual: 'Ana' },
    ])
    expect(user.isNull('name').explain(ana).failed).toStrictEqual([
      { field: 'name', op: 'isNull', actual: 'Ana' },
    ])
  })

  test('says never without a condition', () => {
    expect(never<User>().explain(ana)).toEqual({ satisfied: false, failed: [] })
  })
})
