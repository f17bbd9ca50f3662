import type { Clock } from '@base/core/clock'
import { type Lease, type Lock, withLock } from '@base/core/lock'
import { Availability } from './availability.js'
import { withDeadline } from './deadline.js'

/** A first try takes no more than this part of the time that there is for a load. */
const SHARE = 1 / 4

/** How a load is locked. */
export interface LoadLockOptions {
  /** How long the lease lasts, in milliseconds. */
  readonly ttl: number
  /** How long to wait for a lock that another process has, in milliseconds; `Infinity` has no end. */
  readonly wait: number
  /** Ends the waiting. */
  readonly signal: AbortSignal
  /** Called when it is not free, before it is waited for. */
  readonly onWait: () => void
}

/**
 * The lock of a cache, whose store may be slow or away.
 *
 * Whether it is free is asked first, in bounded time; only for what another process has is there anything to wait for. A store that
 * does not answer, or refuses, is left alone as a layer is.
 */
export class LoadLock {
  readonly #lock: Lock
  readonly #clock: Clock
  readonly #limit: number
  readonly #availability: Availability
  /** Of tries that have less time than the limit: that these come too late says nothing to the others. */
  readonly #ofTheHasty: Availability

  /** A first try takes no longer than `limit`, in milliseconds. */
  constructor(lock: Lock, clock: Clock, limit: number) {
    this.#lock = lock
    this.#clock = clock
    this.#limit = limit
    this.#availability = new Availability(clock)
    this.#ofTheHasty = new Availability(clock)
  }

  /** Whether it is to be asked now, for a load that waits for it so long. */
  isDue(wait: number): boolean {
    return (!this.#isHasty(wait) || this.#ofTheHasty.isDue()) && this.#availability.isDue()
  }

  /**
   * Runs it while this process has the lock, and renews the lease for as long. A lock that is not given back in time ends by
   * itself, and keeps nobody from what was loaded.
   */
  hold<T>(key: string, options: LoadLockOptions, run: () => Promise<T>): Promise<T> {
    const lock: Lock = {
      acquire: () => this.#acquire(key, options),
      tryAcquire: () => this.#try(key, options),
    }
    return new Promise((resolve, reject) => {
      const held = withLock(lock, key, { ttl: options.ttl, clock: this.#clock }, () => {
        const result = run()
        resolve(result.finally(() => this.#inTime(options.wait, () => held).catch(() => {})))
        return result
      })
      held.catch(reject)
    })
  }

  async #acquire(key: string, options: LoadLockOptions): Promise<Lease> {
    // One of JavaScript may know only how to wait.
    const isAskable = typeof this.#lock.tryAcquire === 'function'
    const lease = isAskable ? await this.#asked(key, options) : undefined
    if (lease !== undefined) return lease
    options.onWait()
    return this.#lock.acquire(key, options)
  }

  /** What a first try gives, noted. What it says later, to those who wait, is no sign that its store is away. */
  async #asked(key: string, options: LoadLockOptions): Promise<Lease | undefined> {
    const isHasty = this.#isHasty(options.wait)
    try {
      const lease = await this.#try(key, options)
      this.#availability.succeed()
      if (isHasty) this.#ofTheHasty.succeed()
      return lease
    } catch (error) {
      // Who leaves says nothing of the store.
      if (!options.signal.aborted) (isHasty ? this.#ofTheHasty : this.#availability).fail()
      throw error
    }
  }

  #isHasty(wait: number): boolean {
    return wait * SHARE < this.#limit
  }

  #try(key: string, { ttl, wait, signal }: LoadLockOptions): Promise<Lease | undefined> {
    return this.#inTime(wait, async (late) => {
      const lease = await this.#lock.tryAcquire(key, { ttl, signal: AbortSignal.any([signal, late]) })
      // Nobody waits for it any more.
      if (late.aborted) await lease?.release()
      return lease
    })
  }

  #inTime<T>(wait: number, work: (late: AbortSignal) => Promise<T>): Promise<T> {
    const limit = Math.max(1, Math.floor(Math.min(this.#limit, wait * SHARE)))
    return withDeadline(this.#clock, limit, 'The lock of a load', work)
  }
}
