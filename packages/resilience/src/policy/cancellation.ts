/** Told once that a call was given up. The platform's signals know objects of this shape, too. */
export interface AbortListener {
  handleEvent(): void
}

/** What can end a call beside its caller: a policy that gave it up. */
export interface Cancellation {
  readonly aborted: boolean
  readonly reason: unknown
  readonly signal: AbortSignal
  listen(listener: AbortListener): void
  unlisten(listener: AbortListener): void
}
