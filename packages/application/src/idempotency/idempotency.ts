import type { IdempotencyEventName, IdempotencyEvents } from './events.js'
import type { IdempotencyStore } from './idempotency-store.js'

/** What the function of a run gets. */
export interface IdempotencyContext {
  /** Aborts when the caller does, or when the lease is lost and another may run: code `LEASE_LOST`. */
  readonly signal: AbortSignal
  /**
   * Above that of every earlier run of this key: what is written to can refuse a lower one, and so a run that was stopped
   * for longer than its lease and goes on.
   */
  readonly fence: bigint
  /**
   * Whether another ran before and did not end in time: it may have taken effect, in part or as a whole. True for each run
   * until there is an outcome, also where one has taken over meanwhile and failed.
   */
  readonly takeover: boolean
}

/** What a run gives. */
export interface IdempotencyResult<T> {
  /**
   * What the function returned, now or when the request came first. An error of `@base` in a `Result` comes again with its
   * code, kind, message and details, and as an instance of its class where the codec knows that.
   */
  readonly value: T
  /** Whether it is what an earlier run returned. */
  readonly replayed: boolean
  /** There, and false, where the function has run but the store failed to keep its outcome: a repetition may run again. */
  readonly stored?: false
}

/** Options of {@link Idempotency.run}. */
export interface IdempotencyRunOptions {
  /**
   * Ends the asking and the waiting: it rejects with the signal's reason. Once the function runs, its own signal aborts,
   * and the run ends when the function does.
   */
  readonly signal?: AbortSignal | undefined
}

/** Runs a request once, however often it comes. */
export interface Idempotency {
  /**
   * Runs `fn` unless the key has an outcome already, which is given again then.
   *
   * The value and the error of `fn` pass untouched. An error frees the key, unless it is final; a value is kept for `ttl`. One of
   * code `COMMIT_UNKNOWN`, of a transaction that may have been committed, leaves the key to its lease: the next run takes over.
   * While `fn` runs its lease is renewed; where the process dies, the next request takes over when the lease is over.
   *
   * @param key What names the request, of any characters and any length, not empty. Two that may be equal and must not be
   * (of two tenants, of two routes) belong into it: `` `${tenant}:POST /orders:${header}` ``.
   * @param fingerprint What the request is, so that a key is not used for another: see `fingerprintOf`. Only its digest is kept.
   * @param fn The effect.
   *
   * @throws IdempotencyMismatchError where the key was used with another fingerprint.
   * @throws IdempotencyInProgressError where the same request is running, and still is after `wait`.
   * @throws IdempotencyResultUnavailableError where it has ended, but its outcome was too large to be kept.
   * @throws ConflictError with code `LEASE_LOST`, where another has taken over before `fn` had ended; with code `DEADLOCK`,
   * where `fn` asks for its own key.
   * @throws UnavailableError where the store fails or does not answer; `fn` has not been called then.
   * @throws UnsupportedError where the codec does not carry what `fn` returned. It is not run again.
   * @throws InvalidOptionError for a wrong argument.
   */
  run<T>(
    key: string,
    fingerprint: string,
    fn: (context: IdempotencyContext) => T | PromiseLike<T>,
    options?: IdempotencyRunOptions,
  ): Promise<IdempotencyResult<T>>
  /**
   * The same with another store, as of the caller's own transaction: with the settings of this one, and heard by those who
   * listen to it.
   *
   * @throws InvalidOptionError where it is no store.
   */
  within(store: IdempotencyStore): Idempotency
  /** Calls `listener` at each `event` until the function that is returned is called. @throws InvalidOptionError */
  on<Name extends IdempotencyEventName>(
    event: Name,
    listener: (payload: IdempotencyEvents[Name]) => unknown,
  ): () => void
}
