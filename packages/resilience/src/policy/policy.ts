/** What a policy tells the function that it calls. */
export interface PolicyContext {
  /**
   * Aborts when the call is no longer wanted: its caller gave up, a timeout passed, a hedge lost. Made only when it is
   * read. After the function has settled no policy aborts it any more; where none around the function may give up on it,
   * it is the caller's own signal, which aborts whenever the caller wants.
   */
  readonly signal: AbortSignal
  /** Which attempt this is, from 1, as the innermost `Retry` counts. */
  readonly attempt: number
  /** The key that the call was given: a tenant, a host, an account. */
  readonly key?: string | undefined
  /**
   * Keeps the slots of outer bulkheads taken until the promise settles: for work that goes on after the function has
   * returned. What the promise settles with is ignored.
   */
  readonly waitUntil: (promise: PromiseLike<unknown>) => void
}

/** A function that a policy calls. */
export type PolicyFunction<T> = (ctx: PolicyContext) => T | PromiseLike<T>

/** What one call may be given. */
export interface ExecuteOptions {
  /** Ends the call: what waits rejects at once with the signal's reason, and the function's own signal aborts. */
  readonly signal?: AbortSignal | undefined
  /** Whose call it is, for policies that tell callers apart; not empty. */
  readonly key?: string | undefined
  /** Which calls go first where calls queue: the higher. @defaultValue 0 */
  readonly priority?: number | undefined
}

/**
 * Something that stands around a call: it may refuse, delay, repeat or cut it short, or answer in its place.
 *
 * The function's value and error pass through untouched, the very same object. A synchronous throw is a rejection, and
 * `execute` itself never throws. `Out` is what the policy may answer in place of the function; `never` for most.
 *
 * @example
 * async function load(policy: Policy, url: string): Promise<Response> {
 *   return policy.execute(({ signal }) => fetch(url, { signal }))
 * }
 */
export interface Policy<out Out = never> {
  /** For the type alone; never there. A class that may answer something declares it, so that pipelines know what. */
  readonly outType?: (() => Out) | undefined
  /**
   * Calls the function under the policy.
   *
   * @throws The function's own error; the policy's refusal; the signal's reason where the caller gave up.
   */
  execute<T>(fn: PolicyFunction<T>, options?: ExecuteOptions): Promise<T | Out>
  /**
   * The function under the policy, with the same parameters and the same `this`. It is given no signal, so that nothing
   * ends it: where it may hang it needs a time limit of its own, or a bulkhead's slot is lost for ever. Whatever takes a
   * signal is better called by `execute(({ signal }) => …)`.
   */
  wrap<This, Args extends unknown[], T>(
    fn: (this: This, ...args: Args) => T | PromiseLike<T>,
  ): (this: This, ...args: Args) => Promise<T | Out>
}
