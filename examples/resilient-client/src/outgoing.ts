import type { Clock } from '@base/core/clock'
import { Bulkhead } from '@base/resilience/bulkhead'
import { Hedge } from '@base/resilience/hedge'
import { type Pipeline, pipeline } from '@base/resilience/pipeline'
import { RateLimiter } from '@base/resilience/rate-limiter'
import type { RetryBudget } from '@base/resilience/retry'

/** What stands between one attempt and the network. */
export interface Outgoing {
  readonly limiter: RateLimiter
  readonly bulkhead: Bulkhead
  readonly hedge: Hedge
  readonly policy: Pipeline
}

/** The policies of each attempt, so that it is what is sent that counts; the outermost first. */
export function outgoing(clock: Clock, budget: RetryBudget): Outgoing {
  const name = 'prices'
  // In any second 28 attempts, which leaves two of what the server takes for hedges. What then waits for a slot may be
  // sent in a later second, so that at times a few more than that arrive in one.
  const policies = [{ limit: 25, window: '1s', burst: 3 }] as const
  const limiter = new RateLimiter({ name, policies, maxWait: '500ms', clock })
  const bulkhead = new Bulkhead({ name, maxConcurrent: 5, maxQueue: 4, maxWait: '400ms', clock })
  // A failure is for the retry; a hedge is for an answer that does not come.
  const hedge = new Hedge({ name, delay: '250ms', hedgeIf: () => false, budget, clock })
  return { limiter, bulkhead, hedge, policy: pipeline(limiter, bulkhead, hedge) }
}
