/** What each policy was good for: a number of requests, as {@link meaning} says. */
export interface Savings {
  readonly fallback: number
  readonly retry: number
  readonly circuitBreaker: number
  readonly timeout: number
  readonly rateLimiter: number
  readonly bulkhead: number
  readonly hedge: number
}

/** The policies, the outermost first, each with what its number counts. */
export const meaning: readonly (readonly [policy: keyof Savings, name: string, what: string])[] = [
  ['fallback', 'Fallback', 'calls that got the last known price, and not an error'],
  ['retry', 'Retry', 'calls that a further attempt answered'],
  ['circuitBreaker', 'CircuitBreaker', 'attempts not made at a server that was down'],
  ['timeout', 'Timeout', 'attempts given up that had no answer in time'],
  ['rateLimiter', 'RateLimiter', 'attempts held back that were more than the server takes'],
  ['bulkhead', 'Bulkhead', 'attempts not piled up on a server that was slow'],
  ['hedge', 'Hedge', 'attempts that a second request answered before the first'],
]
