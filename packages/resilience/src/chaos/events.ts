/** The events of a {@link Chaos}, and what comes with each. */
export interface ChaosEvents {
  /** A call is disturbed: held back for so many milliseconds, then failed with the error, if there is one. */
  readonly fault: { readonly name: string; readonly latency: number; readonly error?: unknown }
}
