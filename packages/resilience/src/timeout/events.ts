/** The events of a {@link Timeout}, and what comes with each. */
export interface TimeoutEvents {
  /** A call took too long; its signal has not aborted yet. `timeout` is in milliseconds. */
  readonly timeout: { readonly name: string; readonly timeout: number }
}
