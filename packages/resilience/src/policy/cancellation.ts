/** What can end a call beside its caller: a policy that gave it up. */
export interface Cancellation {
  readonly aborted: boolean
  readonly reason: unknown
  readonly signal: AbortSignal
  /** Calls the listener once, when the call is given up, until the function that is returned is called. */
  listen(listener: () => void): () => void
}
