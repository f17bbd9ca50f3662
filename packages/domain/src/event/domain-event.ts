/**
 * Something that happened, in the past tense: frozen plain data, so that it can be stored, sent and compared.
 *
 * @see Martin Fowler, "Domain Event"; CloudEvents 1.0, whose attributes its fields become
 */
export interface DomainEvent<Type extends string = string, Payload = unknown> {
  /** Unique, and ordered by time: UUIDv7. */
  readonly id: string
  /** What happened: `'order.placed'`. */
  readonly type: Type
  /** What there is to know of it. */
  readonly payload: Payload
  /** When it happened. */
  readonly occurredAt: Date
  /** To what it happened. */
  readonly aggregateId?: string
  /** The version that the aggregate has with it. */
  readonly version?: number
  /** What it belongs to: the request, job or conversation that set everything off. */
  readonly correlationId?: string
  /** What directly led to it: the id of an event or command. */
  readonly causationId?: string
}
