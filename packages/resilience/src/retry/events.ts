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
  /** An attempt failed, and after a pause another is due, unless the call is aborted before. */
  readonly retry: {
    /** The policy's name. */
    readonly name: string
    /** The attempt that failed, from 1. */
    readonly attempt: number
    /** Until the next attempt, in milliseconds. */
    readonly pause: number
    /** What the attempt failed with. Absent where its value is tried again. */
    readonly error?: unknown
    /** What the attempt returned, and `retryIfResult` did not like. Absent where it failed. */
    readonly value?: unknown
  }
  /** An attempt failed, and there is no other. Not told where the call was aborted. */
  readonly gaveUp: {
    /** The policy's name. */
    readonly name: string
    /** How many attempts were made. */
    readonly attempts: number
    /** Why there is no other. */
    readonly reason: GaveUpReason
    /** What the last attempt failed with, which the caller gets. Absent where it returned. */
    readonly error?: unknown
    /** What the last attempt returned, which the caller gets. Absent where it failed. */
    readonly value?: unknown
  }
}
