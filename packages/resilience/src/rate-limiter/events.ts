import type { RateLimitPolicyResult } from './store.js'

/** The events of a {@link RateLimiter}, and what comes with each. */
export interface RateLimiterEvents {
  /**
   * A call was refused: by `consume`, or under the policy, there also after a wait that was too long. `retryAfter` is the
   * longest of the policies', `null` where it will never be allowed.
   */
  readonly limited: {
    readonly name: string
    readonly key: string
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
