import { checkInteger, invalidOption } from '@base/core/options'
import { Entity } from '../entity/entity.js'
import type { DomainEvent } from '../event/domain-event.js'
import { placeOf } from '../place.js'
import { textOf } from '../repository/id-text.js'

/**
 * Events by the aggregate that recorded them. Beside the instances, not in them: a repository that copies an aggregate
 * must not copy what this one has yet to publish.
 */
const recorded = new WeakMap<object, DomainEvent[]>()

/**
 * An entity that guards a group of objects: they change through it alone, are saved together, and it says what happened.
 *
 * `version` counts the saves; a repository compares it, so that of two who changed the same one the second is refused.
 *
 * @example
 * import { unchecked } from '@base/core/schema'
 *
 * const OrderPlaced = defineEvent('order.placed', unchecked<{ total: number }>())
 *
 * class Order extends AggregateRoot<string, ReturnType<typeof OrderPlaced>> {
 *   status = 'draft'
 *   place(total: number): void {
 *     this.status = 'placed'
 *     this.record(OrderPlaced({ total }))
 *   }
 * }
 * const order = new Order('7')
 * order.place(1999)
 * order.uncommittedEvents.map((event) => event.type) // ['order.placed']
 *
 * @see Eric Evans, Domain-Driven Design, "Aggregates"; Vaughn Vernon, Implementing Domain-Driven Design, ch. 10
 */
export abstract class AggregateRoot<Id, E extends DomainEvent = DomainEvent> extends Entity<Id> {
  /** How often it was saved: 0 for a new one. Its repository counts. */
  readonly version: number

  /** @throws InvalidOptionError where the id is none, or the version no integer from 0. */
  constructor(id: Id, version = 0) {
    super(id)
    this.version = checkInteger(version, placeOf(new.target.name)('version'))
  }

  /**
   * Notes what happened, to be published once the aggregate is saved. The event's `aggregateId` and `version` (the one
   * that the next save gives) are filled in where they are missing. The text of an id that is an object is what
   * `String` makes of it; where that is only its kind, as in '[object Object]', and of arrays and dates, its JSON with
   * sorted names, in which what JSON would lose is a text that begins with `$`, as in '{"number":"$7n"}'.
   *
   * @throws InvalidOptionError where the event belongs to another aggregate, or the id shows nothing that could be its text.
   */
  protected record(event: E): void {
    const own = textOf(this.id)
    const { aggregateId = own, version = this.version + 1 } = event
    if (aggregateId !== own) {
      const place = placeOf(this.constructor.name)("the event's aggregateId")
      throw invalidOption(aggregateId, place, "the aggregate's own id")
    }
    const events = recorded.get(this) ?? []
    recorded.set(this, events)
    events.push(Object.freeze({ ...(event as DomainEvent), aggregateId, version }))
  }

  /** What happened since it was made, loaded or last committed, in that order. */
  get uncommittedEvents(): readonly E[] {
    return [...(recorded.get(this) ?? [])] as unknown as readonly E[]
  }

  /** Forgets the uncommitted events: they are saved. */
  markCommitted(): void {
    recorded.delete(this)
  }
}
