/** The events of a {@link Timeout}, and what comes with each. */
export interface TimeoutEvents {
  /** A call took too long; its signal has not aborted yet. On the channel also where a `resilientFetch` gives up. */
  readonly timeout: {
    /** The policy's name. */
    readonly name: string
    /** How long it was given, in milliseconds. */
    readonly timeout: number
  }
}
