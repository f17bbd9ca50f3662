import type { Rowed } from './rows.js'
import type { RateLimitPolicy } from './store.js'

/** What stands beside {@link Meter.wait} for a cost that can never be spent at once. */
export const NEVER: number = Number.POSITIVE_INFINITY

/**
 * One policy's counts for all keys, by row. Times and durations are whole microseconds. Row 0 belongs to no key: it is
 * never written, and is what every new key begins with.
 */
export interface Meter {
  readonly policy: RateLimitPolicy
  /** Whether it is aligned to the epoch, and so on the wall clock. */
  readonly aligned: boolean
  /** Where it keeps its counts. */
  readonly rows: Rowed
  /** Turns to a row as it is now; what follows is about that one, at that time. */
  read(row: number, now: number): void
  /** How long until the cost could be spent, 0 for now; {@link NEVER} where it is too much for ever. */
  wait(cost: number): number
  /** Spends what {@link wait} has allowed; on the row that was read. */
  charge(row: number, cost: number): void
  /** What could be spent now. */
  remaining(): number
  /** How long until the row is as new. */
  idleIn(): number
}
