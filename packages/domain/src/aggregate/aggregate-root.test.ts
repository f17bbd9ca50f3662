import { unchecked } from '@base/core/schema'
import { describe, expect, test } from 'vitest'
import { defineEvent } from '../event/define-event.js'
import type { DomainEvent } from '../event/domain-event.js'
import { copyOf } from '../repository/copy.js'
import { Money } from '../value-object/money.js'
import { ValueObject } from '../value-object/value-object.js'
import { AggregateRoot } from './index.js'

const OrderPlaced = defineEvent('order.placed', unchecked<{ total: number }>())

class Order extends AggregateRoot<string, ReturnType<typeof OrderPlaced>> {
  status = 'draft'
  place(total: number, meta = {}): void {
    this.status = 'placed'
    this.record(OrderPlaced({ total }, meta))
  }
}

describe('AggregateRoot', () => {
  test('says what happened, in order, with its id and the version that the next save gives', () => {
    const order = new Order('7', 2)
    order.place(1)
    order.place(2)

    expect(order.uncommittedEvents).toMatchObject([
      { type: 'order.placed', payload: { total: 1 }, aggregateId: '7', version: 3 },
      { payload: { total: 2 }, aggregateId: '7', version: 3 },
    ])
    expect(order.uncommittedEvents.every(Object.isFrozen)).toBe(true)
  })

  test('forgets its events once they are committed, and records on', () => {
    const order = new Order('7')
    order.place(1)
    order.markCommitted()
    expect(order.uncommittedEvents).toEqual([])

    order.place(2)
    expect(order.uncommittedEvents).toHaveLength(1)
  })

  test('gives its events in a list of their own', () => {
    const order = new Order('7')
    order.place(1)
    ;(order.uncommittedEvents as DomainEvent[]).length = 0
    expect(order.uncommittedEvents).toHaveLength(1)
  })

  test('a copy does not publish the events again', () => {
    const order = new Order('7')
    order.place(1)
    const copy = copyOf(order)
    expect(copy).toBeInstanceOf(Order)
    expect(copy.uncommittedEvents).toEqual([])
    expect(JSON.stringify(order)).toBe('{"id":"7","version":0,"status":"placed"}')
  })

  test("refuses another aggregate's event", () => {
    expect(() => new Order('7').place(1, { aggregateId: '8' })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    )
  })

  class OrderId extends ValueObject<{ tenant: string; number: bigint }> {}
  class TextId {
    readonly value: string
    constructor(value: string) {
      this.value = value
    }
  }
  class OwnTextId extends TextId {
    [Symbol.toPrimitive](): string {
      return `order-${this.value}`
    }
  }
  class JsonId extends TextId {
    toJSON(): string {
      return this.value
    }
  }
  class HiddenId {
    readonly #value: string
    constructor(value: string) {
      this.#value = value
    }
    equals(other: HiddenId): boolean {
      return this.#value === other.#value
    }
  }
  class Part extends AggregateRoot<unknown> {
    work(meta = {}): DomainEvent | undefined {
      this.record(OrderPlaced({ total: 1 }, meta))
      return this.uncommittedEvents[0]
    }
  }

  test.each([
    ['an object', { tenant: 'a', number: 7n }, '{"number":"$7n","tenant":"a"}'],
    ['an object in another order', { number: 7n, tenant: 'a' }, '{"number":"$7n","tenant":"a"}'],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
    ['a value object', new OrderId({ tenant: 'a', number: 7n }), '{"number":"$7n","tenant":"a"}'],
    ['a value object with a text', Money.of(5n, 'EUR'), '0.05 EUR'],
    ['an object with a text by Symbol.toPrimitive', new OwnTextId('7'), 'order-7'],
    ['an object whose JSON is a text', new JsonId('a "7"'), 'a "7"'],
    ['a time', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a list', ['a', 1], '["a",1]'],
    ['a text like that of objects', '[object String]', '[object String]'],
    ['a number', 7, '7'],
    ['a bigint', 7n, '7'],
  ])('names itself in events by the text of its id: %s', (_, id, aggregateId) => {
    expect(new Part(id).work()).toMatchObject({ aggregateId })
    expect(new Part(id).work({ aggregateId })).toMatchObject({ aggregateId })
  })

  test('refuses the event of another aggregate, also where the ids are objects', () => {
    const { aggregateId } = new Part({ tenant: 'a' }).work() as DomainEvent
    expect(() => new Part({ tenant: 'b' }).work({ aggregateId })).toThrow('aggregateId must be')
  })

  test.each([
    ['ids that have only a text', { of: new URL('https://a.example') }, { of: new URL('https://b.example') }],
    ['maps', new Map([[1, 2]]), new Map([[1, 3]])],
    ['a bigint and its text', { n: 7n }, { n: '7n' }],
    ['a time and its text', { at: new Date(0) }, { at: new Date(0).toISOString() }],
  ])('tells ids apart as a repository does: %s', (_, one, other) => {
    const { aggregateId } = new Part(one).work() as DomainEvent
    expect(() => new Part(other).work({ aggregateId })).toThrow('aggregateId must be')
  })

  test.each([
    ['private fields', new HiddenId('7')],
    ['nothing', {}],
    ['private fields within', { of: new HiddenId('7') }],
    ['a JSON of nothing', { toJSON: () => undefined }],
  ])('records no event with an id of %s', (_, id) => {
    expect(() => new Part(id).work()).toThrow('id must be one with a text')
  })

  test('begins at version 0, and refuses a version that is none', () => {
    expect(new Order('7').version).toBe(0)
    for (const version of [-1, 1.5, Number.NaN, '1' as never]) {
      expect(() => new Order('7', version)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
    }
  })
})
