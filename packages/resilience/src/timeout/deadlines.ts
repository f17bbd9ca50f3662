import type { Origin } from './origin.js'

/** Something that expires unless it is removed in time. */
export interface Deadlined {
  deadline: number
  earlier: Deadlined | undefined
  later: Deadlined | undefined
  /** Where it was added: the timer is that of whoever was first, and it must not expire in another's context. */
  origin?: Origin | undefined
  expire(): void
}

/** What expires after one and the same duration. */
export interface Deadlines {
  add(entry: Deadlined): void
  /** Nothing happens where it is not, or not any more, among them. */
  remove(entry: Deadlined): void
}
