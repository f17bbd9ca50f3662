import { unchecked } from '@base/core/schema'
import { expectTypeOf, test } from 'vitest'
import { AggregateRoot } from '../aggregate/index.js'
import { type CloudEvent, type DomainEvent, defineEvent, toCloudEvent } from './index.js'

interface Placed {
  readonly total: number
}
interface Shipped {
  readonly parcel: string
}
const placed = defineEvent('order.placed', unchecked<Placed>())
const shipped = defineEvent('order.shipped', unchecked<Shipped>())

type OrderEvent = ReturnType<typeof placed> | ReturnType<typeof shipped>
class Order extends AggregateRoot<string, OrderEvent> {}

test('toCloudEvent takes one event, or any of those that an aggregate has', () => {
  expectTypeOf(toCloudEvent(placed({ total: 1 }))).toEqualTypeOf<CloudEvent<Placed>>()
  expectTypeOf(new Order('7').uncommittedEvents.map((event) => toCloudEvent(event))).toEqualTypeOf<
    CloudEvent<Placed | Shipped>[]
  >()
  expectTypeOf(toCloudEvent({} as DomainEvent)).toEqualTypeOf<CloudEvent>()
})

test('toCloudEvent takes the event of a function that knows no more of it', () => {
  const toLine = <E extends DomainEvent>(event: E) => JSON.stringify(toCloudEvent(event))
  expectTypeOf(toLine(placed({ total: 1 }))).toBeString()
  // @ts-expect-error what has no payload is no event
  toCloudEvent({ id: '', type: '', occurredAt: new Date() })
})
