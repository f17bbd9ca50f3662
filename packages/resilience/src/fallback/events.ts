/** The events of a {@link Fallback}, and what comes with each. */
export interface FallbackEvents {
  /** A call failed, and the fallback has answered in its place. Not told where it failed itself. */
  readonly fallback: {
    /** The policy's name. */
    readonly name: string
    /** What the call failed with. */
    readonly error: unknown
  }
}
