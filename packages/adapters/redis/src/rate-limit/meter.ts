import type { RateLimitPolicy } from '@base/resilience/rate-limiter'

/**
 * How one kind of policy is counted, in Lua. Times are whole microseconds; a policy keeps two numbers, as they were at the
 * moment that the key was last written. What is added to them here is written for the frame of `consumeScript`, which
 * has `now`, `at` (that moment), `fresh` (nothing was kept), `back` (the clock was set back since), `cost`, and `never`.
 */
export interface Meter {
  /** Its name in scripts. */
  readonly kind: string
  /** Whether it needs a key of its own. */
  readonly hasLog: boolean
  /** What `policy.most`, `policy.a` and `policy.b` are in its source. */
  numbers(policy: RateLimitPolicy): readonly [most: number, a: number, b: number]
  /**
   * `judge(policy, first, second)` gets what is kept, and gives how long until the cost could be spent. `settle(policy,
   * spent)` spends, and gives what is left, how long until the key is as new, and the two numbers to be kept.
   */
  readonly source: string
}
