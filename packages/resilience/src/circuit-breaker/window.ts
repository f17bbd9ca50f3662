import type { Duration } from '@base/core/duration'

/** What a {@link CircuitBreaker} judges by. */
export type BreakerWindow =
  | {
      /** Failures in a row: `failureThreshold` of them open the circuit, one success starts anew. */
      readonly type: 'consecutive'
    }
  | ({
      /** The last `size` calls. */
      readonly type: 'count'
      /** How many calls, an integer from 1. */
      readonly size: number
    } & RateRule)
  | ({
      /**
       * The calls of the last `duration`. It forgets in steps of a tenth, rounded up to a whole millisecond: a call is
       * never counted longer than `duration`, and may be forgotten up to a step earlier.
       */
      readonly type: 'time'
      /** How long, more than 0. */
      readonly duration: Duration
    } & RateRule)

/** When a rate opens the circuit. */
export interface RateRule {
  /** The share of failures that opens it, above 0, up to 1. */
  readonly failureRate: number
  /** Until so many calls have ended no rate opens it, an integer from 1; in a count window up to its `size`. */
  readonly minimumCalls: number
}

/** Counts the outcomes of one stretch of closed circuit, and says when it must open. */
export interface Outcomes {
  /** A call went well, or failed, or was slow; whether the circuit must open, which a call that was neither never says. */
  count(failed: boolean, slow: boolean): boolean
  /** Failures in a row, for a snapshot; absent where it does not count them. */
  readonly failures?: number
  /** Nothing will be counted any more. */
  end?(): void
}

/** Calls, and how many of them failed and were slow. */
export interface Tally {
  calls: number
  failures: number
  slow: number
}

/** Whether a tally is bad enough. */
export type Verdict = (tally: Tally) => boolean
