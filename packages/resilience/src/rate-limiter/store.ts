/** How a {@link RateLimitPolicy} counts. */
export type RateLimitAlgorithm = 'gcra' | 'token_bucket' | 'sliding_log' | 'sliding_window' | 'fixed_window'

/** A policy as a store gets it: checked, complete and frozen. */
export interface RateLimitPolicy {
  /** Unique within its limit; printable ASCII. */
  readonly name: string
  /** How it counts. */
  readonly algorithm: RateLimitAlgorithm
  /** What may be spent in a window, an integer from 1. */
  readonly limit: number
  /** The window, in milliseconds, from 1. */
  readonly window: number
  /** What may be spent at once, an integer from 1; for `gcra` and `token_bucket`, elsewhere it is the limit. */
  readonly burst: number
}

/**
 * Whose counts they are, and what holds for them. It is one frozen object for the life of a limiter, so a store may keep
 * by it what it derives from it.
 */
export interface RateLimit {
  /** The limiter's name. Limits of the same name and the same policies share their counts, all others do not. */
  readonly name: string
  /** All must allow a call; at least one. */
  readonly policies: readonly RateLimitPolicy[]
}

/** Where one policy stands for a key, after the call that was asked about. */
export interface RateLimitPolicyResult {
  /** The policy's name. */
  readonly name: string
  /** The policy's limit. */
  readonly limit: number
  /** The policy's window, in milliseconds. */
  readonly window: number
  /**
   * What is left to spend now, an integer from 0. A call that was not allowed has spent nothing. A block takes nothing away: a key
   * that is blocked has left what it would have without the block, though none of it is allowed.
   */
  readonly remaining: number
  /** Milliseconds until it is as if nobody had ever called, 0 where it is so. */
  readonly resetAfter: number
  /**
   * 0 where this policy allows the call; otherwise the least whole milliseconds after which it would, if nobody else
   * calls; `null` where it never will, as the call costs more than may be spent at once. A block counts for each policy.
   */
  readonly retryAfter: number | null
}

/** Whether a call may go, and where each policy stands. */
export interface RateLimitResult {
  /** Whether all policies allow it. If one does not, none has been charged. */
  readonly allowed: boolean
  /** In the order of the policies. Empty where the store has failed and nobody counted. */
  readonly policies: readonly RateLimitPolicyResult[]
  /** There, and true, where the store has failed and `whenStoreFails` answered. */
  readonly degraded?: true
}

/**
 * Where a {@link RateLimiter} keeps its counts: {@link memoryRateLimitStore} for one process, a server for many.
 *
 * Each method is one atomic step, for which one round trip is enough: `consume` reads all policies, decides, and charges
 * all or none. The store has its own time; a server uses the server's, so that processes need not agree. Its arguments
 * are checked already. It may answer at once or later, may throw, reject or hang: the limiter bounds it and answers as
 * `whenStoreFails` says. What it must promise is in `rateLimitStoreConformance` of `@base/resilience/testing`.
 */
export interface RateLimitStore {
  /** Charges all policies if each of them allows it and the key is not blocked. A cost of 0 charges and creates nothing. */
  consume(key: string, cost: number, limit: RateLimit): RateLimitResult | PromiseLike<RateLimitResult>
  /** Forgets what the key has spent, and its block. */
  reset(key: string, limit: RateLimit): unknown
  /** Allows the key nothing for so many milliseconds from now; Infinity: until it is reset. The later one replaces the former. */
  block(key: string, duration: number, limit: RateLimit): unknown
}
