import type { Expression } from '@base/core/expression'
import { describe, expectTypeOf, test } from 'vitest'
import {
  allOf,
  decimal,
  type Path,
  Specification,
  specificationFromJson,
  type ValueAt,
  where,
} from './index.js'

declare const brand: unique symbol
type Sku = string & { readonly [brand]: 'Sku' }

interface Category {
  readonly name: string
  readonly parent?: Category
}

interface User {
  readonly id: string
  readonly sku: Sku
  readonly age: number
  readonly score: number | null
  readonly visits: bigint
  readonly joined: Date
  readonly active: boolean
  readonly status: 'open' | 'closed'
  readonly roles: readonly string[]
  readonly marks?: number[]
  readonly address?: { readonly city: string; readonly zip: string | null }
  readonly category: Category
  rename(name: string): void
}

const user = where<User>()

describe('fields', () => {
  test('are the paths of the type, without methods', () => {
    expectTypeOf<'address.city'>().toExtend<Path<User>>()
    expectTypeOf<'category.parent.parent.name'>().toExtend<Path<User>>()
    expectTypeOf<'rename'>().not.toExtend<Path<User>>()
    expectTypeOf<'joined.getTime'>().not.toExtend<Path<User>>()
    // @ts-expect-error no such field
    user.equals('adress.city', 'Lisbon')
    // @ts-expect-error a method is no field
    user.isNull('rename')
  })

  test('may be null where something on the way may be absent', () => {
    expectTypeOf<ValueAt<User, 'address.city'>>().toEqualTypeOf<string | null>()
    expectTypeOf<ValueAt<User, 'age'>>().toEqualTypeOf<number>()
    user.equals('address.city', null)
    // @ts-expect-error an age is never null
    user.equals('age', null)
  })
})

describe('operands', () => {
  test('have the type of the field', () => {
    user.equals('status', 'open')
    user.isIn('status', ['open', 'closed'])
    user.equals('joined', new Date())
    user.equals('visits', 3n)
    user.equals('score', null)
    user.equals('id', decimal('1.0'))
    // @ts-expect-error no such status
    user.equals('status', 'lost')
    // @ts-expect-error no such status among them
    user.isIn('status', ['open', 'lost'])
    // @ts-expect-error a number for a text
    user.equals('id', 7)
    // @ts-expect-error a text for a date
    user.equals('joined', '2026-01-31')
    // @ts-expect-error any text for a branded one
    user.equals('sku', 'KB-1')
    user.equals('sku', 'KB-1' as Sku)
  })

  test('of order are ordered', () => {
    user.greaterThan('age', 18).and(user.lessThan('joined', new Date()))
    user.between('visits', 1n, 2n)
    user.greaterThan('score', 1)
    // @ts-expect-error null has no order
    user.greaterThan('score', null)
    // @ts-expect-error true and false have no order
    user.greaterThan('active', true)
    // @ts-expect-error lists have no order
    user.lessThan('roles', 'a')
  })

  test('of text are for text', () => {
    user.contains('address.city', 'Lis', { ignoreCase: true })
    user.startsWith('status', 'o')
    // @ts-expect-error a number holds no text
    user.contains('age', '1')
    // @ts-expect-error a list is asked for an element
    user.contains('roles', 'admin')
  })

  test('of lists are elements', () => {
    user.hasElement('roles', 'admin')
    user.hasElement('marks', 1)
    // @ts-expect-error another type
    user.hasElement('roles', 1)
    // @ts-expect-error a text is no list
    user.hasElement('id', 'a')
  })
})

describe('specifications', () => {
  test('keep the type of what they judge', () => {
    const rule = user.equals('age', 1).and(user.isNull('score').not())
    expectTypeOf(rule).toEqualTypeOf<Specification<User>>()
    expectTypeOf(rule.expression).toEqualTypeOf<Expression<User>>()
    expectTypeOf(allOf(rule, rule)).toEqualTypeOf<Specification<User>>()
    expectTypeOf(rule.isSatisfiedBy).parameter(0).toEqualTypeOf<User>()
    // @ts-expect-error another type's rule
    rule.and(where<{ other: string }>().isNull('other'))
  })

  test('are extended by naming an expression', () => {
    class Adults extends Specification<User> {
      readonly expression = where<User>().greaterThanOrEqual('age', 18).expression
    }
    expectTypeOf(new Adults().or(new Adults())).toEqualTypeOf<Specification<User>>()
  })

  test('name the fields of a filter', () => {
    expectTypeOf(specificationFromJson<User>({}, { fields: ['age', 'address.city'] })).toEqualTypeOf<
      Specification<User>
    >()
    specificationFromJson<User>({}, { fields: { age: { operators: undefined, type: undefined } } })
    // @ts-expect-error no such field
    specificationFromJson<User>({}, { fields: ['aeg'] })
  })

  test('of any row take any field', () => {
    where<unknown>().equals('anything.at.all', 7)
    where<Record<string, string>>().equals('header', 'x')
  })
})
