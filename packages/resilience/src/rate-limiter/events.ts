import type { RateLimitPolicyResult } from './store.js'

/** Why a {@link RateLimiter} refused a call: its limit, or a wait that could not be, or was too long. */
export type LimitedReason = 'limited' | 'queue_full' | 'waited_too_long'

/** The events of a {@link RateLimiter}, and what comes with each. */
export interface RateLimiterEvents {
  /**
   * A call was refused: by `consume`, or under the policy, there also where too many wait, or after a wait that was too
   * long. `retryAfter` is the longest of the policies', `null` where it will never be allowed.
   */
  readonly limited: {
    readonly name: string
    readonly key: string
    readonly reason: LimitedReason
    readonly retryAfter: number | null
    readonly policies: readonly RateLimitPolicyResult[]
  }
  /** A call waits for its turn; `queued` is how many do for that key, with this one. */
  readonly queued: { readonly name: string; readonly key: string; readonly queued: number }
  /** A call that had to wait had its turn; `waited` is for how long, in milliseconds. */
  readonly admitted: { readonly name: string; readonly key: string; readonly waited: number }
  /** The store threw, rejected, did not answer in time or not to the question; `whenStoreFails` answers in its place. */
  readonly storeFailed: { readonly name: string; readonly error: unknown }
}
