/** Knows passwords that were seen in leaks: a service asked by range of a hash, or a file of your own. */
export interface BreachPort {
  /** Whether a password, normalised, was seen. Where nobody can say it rejects. */
  isBreached(
    password: string,
    options?: {
      /** Aborts when nobody waits for the answer any more. */
      readonly signal?: AbortSignal | undefined
    },
  ): PromiseLike<boolean>
}
