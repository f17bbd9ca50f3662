import type { Clock, Timer } from '@base/core/clock'
import type { Duration } from '@base/core/duration'
import { checkTtl, type Lease, leaseLostError } from '@base/core/lock'
import type { Claim, LeaseKeys, Taken } from './lease-keys.js'

/** By how much this process gives a lease up earlier than the server: two clocks do not run alike. */
const DRIFT = 0.01
const LEAST_MARGIN = 2

/** Where a lease was taken. */
export interface LeasePlace {
  readonly keys: LeaseKeys
  readonly clock: Clock
  /** Called once for each lease, when it is given back or lost. */
  readonly onEnd: (key: string) => void
}

/** Until when a lease may be trusted, by the monotonic clock. */
export function deadlineOf(askedAt: number, ttl: number): number {
  return askedAt + ttl - ttl * DRIFT - LEAST_MARGIN
}

/** A lease in Redis: held until it is given back, the server says that it is another's, or nobody can vouch for it. */
export class RedisLease implements Lease {
  readonly key: string
  readonly token: bigint
  readonly #claim: Claim
  readonly #place: LeasePlace
  #lost: AbortController | undefined
  #isHeld = true
  #isLost = false
  #deadline: number
  #timer: Timer | undefined
  #extending: Promise<unknown> = NOTHING

  constructor(claim: Claim, { token, askedAt }: Taken, place: LeasePlace) {
    this.key = claim.key
    this.token = token
    this.#claim = claim
    this.#place = place
    this.#deadline = deadlineOf(askedAt, claim.ttl)
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

  async extend(ttl: Duration = this.#claim.ttl): Promise<void> {
    const lasting = checkTtl(ttl)
    // One after the other, or a late answer would undo a later, shorter one.
    const extended = this.#extending.then(() => this.#extend(lasting))
    this.#extending = extended.catch(() => {})
    return extended
  }

  release(): Promise<{ readonly released: boolean }> {
    this.#expireIfDue()
    if (!this.#isHeld) return Promise.resolve({ released: false })
    this.#end()
    const tell = (released: boolean) => {
      this.#place.onEnd(this.key)
      return { released }
    }
    return this.#place.keys.release(this.#claim).then(tell, () => tell(false))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  async #extend(ttl: number): Promise<void> {
    const { clock, keys } = this.#place
    const { key, holder } = this.#claim
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
    const { clock } = this.#place
    const left = Math.max(0, Math.floor(this.#deadline - clock.monotonic()))
    // Idle: a process with nothing else to do need not wait for a lease to end.
    this.#timer = clock.schedule(left, () => this.#lose(), {
      ref: false,
      name: `lease of lock '${this.key}'`,
    })
  }

  /** A busy event loop fires timers late. */
  #expireIfDue(): void {
    if (this.#place.clock.monotonic() >= this.#deadline) this.#lose()
  }

  #lose(): void {
    if (!this.#isHeld) return
    this.#isLost = true
    this.#end()
    this.#lost?.abort(leaseLostError(this.key))
    this.#place.onEnd(this.key)
  }

  #end(): void {
    this.#isHeld = false
    this.#timer?.cancel()
  }
}

const NOTHING: Promise<void> = Promise.resolve()
