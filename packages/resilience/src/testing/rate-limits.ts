import type { RateLimit, RateLimitPolicy, RateLimitResult, RateLimitStore } from '../rate-limiter/store.js'

/** All of them. */
export const ALGORITHMS = ['gcra', 'token_bucket', 'sliding_log', 'sliding_window', 'fixed_window'] as const
/** So long that a slow test does not see the next one. */
export const HOUR = 3_600_000
/** A window whose end a law waits for. */
export const SECOND = 1_000

/** What a law is proved with. */
interface Proof {
  readonly store: RateLimitStore
  readonly advance: (milliseconds: number) => Promise<void>
}

/** Registers a law. */
export type Law = (name: string, prove: (proof: Proof) => Promise<void>) => void

type PolicyLike = Partial<RateLimitPolicy> & Pick<RateLimitPolicy, 'limit' | 'window'>

/** As a limiter makes it: complete, frozen, and anew each time. */
export function limitOf(policies: readonly PolicyLike[], name = 'limit'): RateLimit {
  return Object.freeze({
    name,
    policies: Object.freeze(
      policies.map((policy, index) =>
        Object.freeze({
          name: `policy-${index}`,
          algorithm: 'gcra' as const,
          burst: policy.limit,
          ...policy,
        }),
      ),
    ),
  })
}

/** Whether a call is allowed, and what the first policy has left. */
export function seen({ allowed, policies }: RateLimitResult): [boolean, number | undefined] {
  return [allowed, policies[0]?.remaining]
}
