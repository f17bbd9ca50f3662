import type { RateLimitPolicy } from '@base/resilience/rate-limiter'

/** What a policy's code calls its things. */
export interface Names {
  /** What it writes stands in `v` under names that end so. */
  readonly id: number
  /** Its numbers, as they came with the call: texts. */
  readonly numbers: readonly string[]
  /** What is kept of it, as it was at the moment that the key was last written; `nil` where nothing is. */
  readonly known: readonly string[]
  /** What is to be kept. */
  readonly kept: readonly string[]
  /** The key of its log, where it has one. */
  readonly log: string
}

/**
 * How one kind of policy is counted, in Lua. Times are whole microseconds. Its code is written for `forOne` and `forSome`,
 * which have `now`, `at` (the moment of what is kept), `fresh` (nothing is), `back` (the clock was set back since), `cost`,
 * `spent` (0 where it is not allowed), `never`, `most`, the table `v`, and `ceil`, `floor`, `max` and `min`.
 */
export interface Meter {
  /** Its name in scripts. */
  readonly kind: string
  /** Whether it needs a key of its own. */
  readonly hasLog: boolean
  /** How many numbers are kept. */
  readonly kept: number
  /** What its code needs to know of a policy. */
  numbers(policy: RateLimitPolicy): readonly number[]
  /** Functions that its code needs. */
  readonly functions: string
  /** Sets `wait`: how long until the cost could be spent; `never` where it is too much for ever. */
  judge(names: Names): string
  /** Spends, and sets `left`, `idle` (how long until the key is as new), and what is to be kept: `first`, `second`. */
  settle(names: Names): string
}
