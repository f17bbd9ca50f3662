/** Why a {@link Hedge} made a further call. */
export type HedgeReason =
  /** No call had answered within the delay. */
  | 'delay'
  /** A call had failed. */
  | 'failure'

/** The events of a {@link Hedge}, and what comes with each. */
export interface HedgeEvents {
  /** A further call is about to be made, the `hedge`-th of its call, from 1; `error` is what failed, where that is the reason. */
  readonly hedge: {
    readonly name: string
    readonly hedge: number
    readonly reason: HedgeReason
    readonly error?: unknown
  }
}
