import { describe, expectTypeOf, test } from 'vitest'
import type { Result } from '../result/result.js'
import { type Brand, type Branded, type InvalidIdError, type TypedId, typedId } from './index.js'

describe('typedId', () => {
  const order = typedId('order')
  const user = typedId('user')

  test('makes types that are texts, and differ', () => {
    const id = order.create()
    expectTypeOf(id).toEqualTypeOf<TypedId<'order'>>()
    expectTypeOf(id).toExtend<string>()
    expectTypeOf(id).toExtend<`order_${string}`>()
    // @ts-expect-error an order is no user
    user.toUuid(id)
    // @ts-expect-error a bare text is no id
    order.toUuid('order_01jgfjjz00f0k8q5z3n2v7x9ab')
  })

  test('gives a result, and narrows', () => {
    expectTypeOf(order.parse('x')).toEqualTypeOf<Result<TypedId<'order'>, InvalidIdError>>()
    const value = '' as string
    if (order.is(value)) expectTypeOf(value).toExtend<TypedId<'order'>>()
  })

  test('needs no prefix', () => {
    expectTypeOf(typedId('').create()).toExtend<string>()
  })
})

describe('Brand', () => {
  test('sets a type apart', () => {
    type Sku = Brand<string, 'Sku'>
    expectTypeOf<Sku>().toExtend<string>()
    expectTypeOf<string>().not.toExtend<Sku>()
    expectTypeOf<Brand<string, 'Isbn'>>().not.toExtend<Sku>()
    expectTypeOf<Brand<number, 'Count'>>().toExtend<number>()
  })

  test('has a name in the declarations of who exports it, where the compiler writes it out', () => {
    expectTypeOf<Brand<string, 'Sku'>>().toEqualTypeOf<string & Branded<'Sku'>>()
    expectTypeOf<TypedId<'order'>>().toEqualTypeOf<`order_${string}` & Branded<'order id'>>()
  })
})
