/** The events of a {@link Fallback}, and what comes with each. */
export interface FallbackEvents {
  /** A call failed, and the fallback answers in its place. */
  readonly fallback: {
    /** The policy's name. */
    readonly name: string
    /** What the call failed with. */
    readonly error: unknown
  }
}
