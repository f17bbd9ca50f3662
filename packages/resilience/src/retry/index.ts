export { attemptsOf } from './attempts-of.js'
export {
  type Backoff,
  type BackoffContext,
  constant,
  delays,
  type ExponentialOptions,
  exponential,
  type Jitter,
  type LinearOptions,
  linear,
} from './backoff.js'
export type { GaveUpReason, RetryEvents } from './events.js'
export { Retry, type RetryOptions } from './retry.js'
export { type RetryBudget, type RetryBudgetOptions, retryBudget } from './retry-budget.js'
export type { RetryStats } from './retry-engine.js'
