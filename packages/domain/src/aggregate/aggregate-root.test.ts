import { unchecked } from '@base/core/schema'
import { describe, expect, test } from 'vitest'
import { defineEvent } from '../event/define-event.js'
import type { DomainEvent } from '../event/domain-event.js'
import { copyOf } from '../repository/copy.js'
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

  test('begins at version 0, and refuses a version that is none', () => {
    expect(new Order('7').version).toBe(0)
    for (const version of [-1, 1.5, Number.NaN, '1' as never]) {
      expect(() => new Order('7', version)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
    }
  })
})
