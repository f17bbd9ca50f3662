import type { Clock } from '../clock/clock.js'
import type { Duration } from '../duration/duration.js'

/** How long a lease lasts, and how to give up asking for one. */
export interface LeaseOptions {
  /** How long the lease lasts unless it is extended, more than 0. @defaultValue '30s' */
  readonly ttl?: Duration | undefined
  /** Ends the asking: it rejects with the signal's reason. A lease that is held stays held. */
  readonly signal?: AbortSignal | undefined
}

/** Options of {@link Lock.acquire}. */
export interface AcquireOptions extends LeaseOptions {
  /** How long to wait for a lock that is held; 0 tries once, Infinity waits for ever. @defaultValue '10s' */
  readonly wait?: Duration | undefined
}

/**
 * Mutual exclusion by key: one lease at a time.
 *
 * A lease ends by itself after its `ttl`, so that a dead holder blocks nobody for ever. So a holder that was slow, or
 * stopped in the middle, may believe that it holds a lock which another holds by now: what must not be written twice
 * has to compare the lease's `token`, and refuse one that is lower than the highest it has seen.
 *
 * @see Martin Kleppmann, "How to do distributed locking", 2016
 */
export interface Lock {
  /** Source of time that leases and waits go by; {@link withLock} renews by it. Without one it is the system's. */
  readonly clock?: Clock
  /**
   * Waits until the lock is free and takes it.
   *
   * @throws TimeoutError once `wait` is over; the signal's reason once it aborts; InvalidOptionError for a wrong option.
   */
  acquire(key: string, options?: AcquireOptions): Promise<Lease>

  /** Takes the lock if it is free now, and gives `undefined` if it is not. */
  tryAcquire(key: string, options?: LeaseOptions): Promise<Lease | undefined>
}

/** A lock that is held. */
export interface Lease {
  /** What is locked. */
  readonly key: string
  /** The fencing token: higher than that of every earlier lease of this key. */
  readonly token: bigint
  /** Aborts when the lease is lost: its `ttl` has passed, or it was taken away. A release does not abort it. */
  readonly signal: AbortSignal
  /**
   * Lets the lease last for `ttl` from now; by default for the `ttl` that it was taken with.
   *
   * @throws ConflictError with code `LEASE_LOST` if it is not held any more.
   */
  extend(ttl?: Duration): Promise<void>
  /** Gives the lock back; `released` is false if the lease was lost or given back before, or nobody knows. Never rejects. */
  release(): Promise<{ readonly released: boolean }>
  /** {@link Lease.release}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
