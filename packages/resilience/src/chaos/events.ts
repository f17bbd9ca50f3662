/** The events of a {@link Chaos}, and what comes with each. */
export interface ChaosEvents {
  /** A call is disturbed: held back, then failed, if there is an error. */
  readonly fault: {
    /** The policy's name. */
    readonly name: string
    /** For how long the call is held back, in milliseconds. */
    readonly latency: number
    /** What the call fails with. Absent where it is only held back. */
    readonly error?: unknown
  }
}
