/** Why a {@link Retry} made no further attempt. */
export type GaveUpReason =
  /** So many attempts were made. */
  | 'max_attempts'
  /** The error is not one to be retried. */
  | 'not_retryable'
  /** The next pause would not fit into `maxElapsed`. */
  | 'max_elapsed'
  /** The next pause would reach the deadline in context. */
  | 'deadline'
  /** The budget is empty. */
  | 'budget'
  /** The dependency asked for a pause that is longer than the backoff's longest. */
  | 'retry_after'
  /** The backoff threw, or gave no duration. */
  | 'bad_backoff'

/** The events of a {@link Retry}, and what comes with each: an `error`, or a `value` that `retryIfResult` did not like. */
export interface RetryEvents {
  /** An attempt failed, and after a pause, in milliseconds, there is another. `attempt` is the one that failed, from 1. */
  readonly retry: {
    readonly name: string
    readonly attempt: number
    readonly pause: number
    readonly error?: unknown
    readonly value?: unknown
  }
  /** An attempt failed, and there is no other. Not told where the call was aborted. */
  readonly gaveUp: {
    readonly name: string
    readonly attempts: number
    readonly reason: GaveUpReason
    readonly error?: unknown
    readonly value?: unknown
  }
}
