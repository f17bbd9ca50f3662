import { type ContextEntry, type ContextKey, correlationId, createContextKey } from '@base/core/context'
import type { DomainEvent } from './domain-event.js'

/** The id of the event or command that is being handled; new events take it as their `causationId`. */
export const causationId: ContextKey<string> = createContextKey<string>('causationId')

/**
 * The context in which to handle an event, so that what its handler sets off names it as its cause and stays in the same
 * correlation.
 *
 * @example
 * await runInContext(causedBy(event), () => reserveStock(event.payload))
 */
export function causedBy(event: DomainEvent): readonly ContextEntry[] {
  return [
    [causationId, event.id],
    [correlationId, event.correlationId ?? event.id],
  ]
}
