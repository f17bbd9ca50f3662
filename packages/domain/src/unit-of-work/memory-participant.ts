import type { Isolation } from './unit-of-work.js'

/** The method by which something in memory takes part in the units of {@link memoryUnitOfWork}. */
export const takePart: unique symbol = Symbol.for('@base/domain/take-part')

/** Something in memory that can take part in a unit: a memory repository, an outbox in memory. */
export interface MemoryParticipant<R = unknown> {
  /** Its part in a new unit. */
  [takePart](options: { readonly isolation: Isolation; readonly readOnly: boolean }): MemoryPart<R>
}

/** The part of one participant in one unit: what is written stays in it until it is applied. */
export interface MemoryPart<R = unknown> {
  /** What the function of the unit works with. */
  readonly subject: R
  /** Throws where somebody else has written what this cannot be reconciled with. All parts are checked before one is applied. */
  check(): void
  /** Hands on what was written; never throws. */
  apply(): void
  /** A part of it, to be applied to it or forgotten. */
  nest(): MemoryPart<R>
}
