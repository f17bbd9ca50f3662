import type { Clock, Timer } from '@base/core/clock'
import type { Duration } from '@base/core/duration'
import { checkTtl, type Lease, leaseLostError } from '@base/core/lock'
import type { LeaseKeys } from './lease-keys.js'

/** By how much this process gives a lease up earlier than the server: two clocks do not run alike. */
const DRIFT = 0.01
const LEAST_MARGIN = 2

/** What a lease is made of. */
export interface RedisLeaseParts {
  readonly key: string
  /** Its holder's name in Redis. */
  readonly holder: string
  readonly token: bigint
  readonly ttl: number
  /** By the monotonic clock, before the server began to count. */
  readonly askedAt: number
  readonly clock: Clock
  readonly keys: LeaseKeys
  /** Called once, when it is given back or lost. */
  readonly onEnd: () => void
}

/** Until when a lease may be trusted, by the monotonic clock. */
export function deadlineOf(askedAt: number, ttl: number): number {
  return askedAt + ttl - ttl * DRIFT - LEAST_MARGIN
}

/** A lease in Redis: held until it is given back, the server says that it is another's, or nobody can vouch for it. */
export class RedisLease implements Lease {
  readonly key: string
  readonly token: bigint
  readonly #parts: RedisLeaseParts
  #lost: AbortController | undefined
  #isHeld = true
  #isLost = false
  #deadline: number
  #timer: Timer | undefined
  #extending: Promise<unknown> = NOTHING

  constructor(parts: RedisLeaseParts) {
    this.key = parts.key
    this.token = parts.token
    this.#parts = parts
    this.#deadline = deadlineOf(parts.askedAt, parts.ttl)
  }

  /**
   * Who looks after a stall of the event loop sees the truth, though the timer has not fired yet. There is no timer before
   * somebody looks: most leases are given back unseen.
   */
  get signal(): AbortSignal {
    this.#expireIfDue()
    if (this.#lost === undefined) {
      this.#lost = new AbortController()
      if (this.#isLost) this.#lost.abort(leaseLostError(this.key))
      this.#watch()
    }
    return this.#lost.signal
  }

  async extend(ttl: Duration = this.#parts.ttl): Promise<void> {
    const lasting = checkTtl(ttl)
    // One after the other, or a late answer would undo a later, shorter one.
    const extended = this.#extending.then(() => this.#extend(lasting))
    this.#extending = extended.catch(() => {})
    return extended
  }

  async release(): Promise<{ readonly released: boolean }> {
    this.#expireIfDue()
    if (!this.#isHeld) return { released: false }
    this.#end()
    const released = await this.#parts.keys.release(this.#parts).catch(() => false)
    this.#parts.onEnd()
    return { released }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  async #extend(ttl: number): Promise<void> {
    const { clock, keys, key, holder } = this.#parts
    this.#expireIfDue()
    if (!this.#isHeld) throw leaseLostError(key)
    // A shorter lease counts although its answer may be lost.
    this.#lastUntil(Math.min(this.#deadline, deadlineOf(clock.monotonic(), ttl)))
    const left = Math.max(1, Math.ceil(this.#deadline - clock.monotonic()))
    const askedAt = await keys.extend({ key, holder, ttl }, left).catch((error: unknown) => {
      this.#expireIfDue()
      if (this.#isHeld) throw error
      return undefined
    })
    if (askedAt === undefined) this.#lose()
    else this.#lastUntil(deadlineOf(askedAt, ttl))
    if (!this.#isHeld) throw leaseLostError(key)
  }

  #lastUntil(deadline: number): void {
    this.#deadline = deadline
    this.#watch()
  }

  /** Aborts the signal in time, where somebody has it. */
  #watch(): void {
    this.#timer?.cancel()
    if (!this.#isHeld || this.#lost === undefined) return
    const { clock, key } = this.#parts
    const left = Math.max(0, Math.floor(this.#deadline - clock.monotonic()))
    // Idle: a process with nothing else to do need not wait for a lease to end.
    this.#timer = clock.schedule(left, () => this.#lose(), { ref: false, name: `lease of lock '${key}'` })
  }

  /** A busy event loop fires timers late. */
  #expireIfDue(): void {
    if (this.#parts.clock.monotonic() >= this.#deadline) this.#lose()
  }

  #lose(): void {
    if (!this.#isHeld) return
    this.#isLost = true
    this.#end()
    this.#lost?.abort(leaseLostError(this.key))
    this.#parts.onEnd()
  }

  #end(): void {
    this.#isHeld = false
    this.#timer?.cancel()
  }
}

const NOTHING: Promise<void> = Promise.resolve()
