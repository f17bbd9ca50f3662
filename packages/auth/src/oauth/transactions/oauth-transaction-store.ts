/**
 * Where sign-ins wait between the way out and the way back: {@link memoryOAuthTransactionStore} for one process, a server for
 * many.
 *
 * A transaction is text, encrypted for the browser that began it; the key is a hash. So who reads the store learns nothing, and
 * can finish nobody's sign-in. `now` is the time of who asks, in milliseconds since 1970; a store that several machines share goes
 * by its own. What a store must promise is in `oauthTransactionStoreConformance` of `@base/auth/testing`.
 */
export interface OAuthTransactionStore {
  /** Keeps a transaction for `ttl` milliseconds, in the place of another with that key. */
  put(key: string, transaction: string, ttl: number, now: number): PromiseLike<void>
  /** Takes it out, in one atomic step: of many who ask one gets it. `undefined` where there is none, or its time is over. */
  take(key: string, now: number): PromiseLike<string | undefined>
}
