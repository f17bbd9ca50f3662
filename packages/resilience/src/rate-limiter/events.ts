import type { RateLimitPolicyResult } from './store.js'

/** Why a {@link RateLimiter} refused a call. */
export type LimitedReason =
  /** Its limit is spent. */
  | 'limited'
  /** The store failed, and `whenStoreFails` denies: nobody has counted. The error says `limited`. */
  | 'store_failed'
  /** It would have had to wait, and too many do. */
  | 'queue_full'
  /** It had no turn within `maxWait`. */
  | 'waited_too_long'

/** The events of a {@link RateLimiter}, and what comes with each. */
export interface RateLimiterEvents {
  /**
   * A call was refused: by `consume`, or under the policy, there also where too many wait, or after a wait that was too
   * long.
   */
  readonly limited: {
    /** The limiter's name. */
    readonly name: string
    /** Whose calls are counted. */
    readonly key: string
    /** Why. */
    readonly reason: LimitedReason
    /** Milliseconds until it would be allowed, the longest of the policies'; `null` where it never will be. */
    readonly retryAfter: number | null
    /** What each policy says, in their order. */
    readonly policies: readonly RateLimitPolicyResult[]
  }
  /** A call waits for its turn. */
  readonly queued: {
    /** The limiter's name. */
    readonly name: string
    /** Whose calls are counted. */
    readonly key: string
    /** How many calls wait for that key, with this one. */
    readonly queued: number
  }
  /** A call that had to wait had its turn. */
  readonly admitted: {
    /** The limiter's name. */
    readonly name: string
    /** Whose calls are counted. */
    readonly key: string
    /** For how long it waited, in milliseconds. */
    readonly waited: number
  }
  /** The store threw, rejected, did not answer in time or not to the question; `whenStoreFails` answers in its place. */
  readonly storeFailed: {
    /** The limiter's name. */
    readonly name: string
    /** What the store threw, or an error that says how else it failed. */
    readonly error: unknown
  }
}
