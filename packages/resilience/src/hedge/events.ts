/** Why a {@link Hedge} made a further call. */
export type HedgeReason =
  /** No call had answered within the delay. */
  | 'delay'
  /** A call had failed. */
  | 'failure'

/** The events of a {@link Hedge}, and what comes with each. */
export interface HedgeEvents {
  /** A further call is about to be made. */
  readonly hedge: {
    /** The policy's name. */
    readonly name: string
    /** Which of the further calls it is, from 1. */
    readonly hedge: number
    /** Why it is made. */
    readonly reason: HedgeReason
    /** What failed, where that is the reason. */
    readonly error?: unknown
  }
}
