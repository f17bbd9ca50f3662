import type { Duration } from '@base/core/duration'

/** How an entry lives: options of everything that writes one. */
export interface EntryOptions {
  /**
   * How long it is fresh; 0 does not store it, and takes what is there away; `Infinity` is for ever. The cache's jitter is
   * taken off.
   * @defaultValue the cache's
   */
  readonly ttl?: Duration | undefined
  /** What it can be invalidated by, beside its key. @defaultValue none */
  readonly tags?: readonly string[] | undefined
  /**
   * How long after its end it is served when a load fails. Who writes has it kept for so long; a `getOrSet` serves it by its own.
   * @defaultValue the cache's
   */
  readonly grace?: Duration | undefined
  /** How long after its end it is served at once, while it is loaded anew in the background; likewise. @defaultValue the cache's */
  readonly staleWhileRevalidate?: Duration | undefined
  /** How long `null` is fresh, in place of `ttl`. @defaultValue the cache's, but no longer than the `ttl` of the call or its key */
  readonly negativeTtl?: Duration | undefined
}

/** Options of {@link Cache.getOrSet}. */
export interface LoadOptions extends EntryOptions {
  /** How long to wait for a load where there is a stale value within its grace, which is served then. @defaultValue the cache's */
  readonly softTimeout?: Duration | undefined
  /** How long to wait for a load at all. @defaultValue the cache's */
  readonly hardTimeout?: Duration | undefined
  /** Ends this caller's waiting, with the signal's reason. The load goes on as long as anyone waits for it. */
  readonly signal?: AbortSignal | undefined
}
