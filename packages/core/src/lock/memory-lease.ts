import type { Clock, Timer } from '../clock/clock.js'
import type { Duration } from '../duration/duration.js'
import { leaseLostError } from './errors.js'
import type { Lease } from './lock.js'
import { checkTtl } from './lock-options.js'

/** What a lease is made of. */
export interface MemoryLeaseParts {
  readonly key: string
  readonly token: bigint
  readonly ttl: number
  readonly clock: Clock
  /** Called once, when it is given back or over. */
  readonly onEnd: () => void
}

/** A lease of {@link memoryLock}: held until it is released or its time is over. */
export class MemoryLease implements Lease {
  readonly key: string
  readonly token: bigint
  readonly #parts: MemoryLeaseParts
  readonly #lost = new AbortController()
  #held = true
  #deadline = 0
  #timer: Timer | undefined

  constructor(parts: MemoryLeaseParts) {
    this.key = parts.key
    this.token = parts.token
    this.#parts = parts
    this.#last(parts.ttl)
  }

  get signal(): AbortSignal {
    return this.#lost.signal
  }

  async extend(ttl: Duration = this.#parts.ttl): Promise<void> {
    const lasting = checkTtl(ttl)
    this.expireIfDue()
    if (!this.#held) throw leaseLostError(this.key)
    this.#last(lasting)
  }

  async release(): Promise<{ readonly released: boolean }> {
    this.expireIfDue()
    const released = this.#held
    this.#end()
    return { released }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  /** A busy event loop fires timers late: the time may be over before the timer says so. */
  expireIfDue(): void {
    if (this.#held && this.#parts.clock.monotonic() >= this.#deadline) this.#expire()
  }

  #last(ttl: number): void {
    const { clock, key } = this.#parts
    this.#timer?.cancel()
    this.#deadline = clock.monotonic() + ttl
    // Idle: a process with nothing else to do need not wait for a lease to end.
    this.#timer = clock.schedule(ttl, () => this.#expire(), { ref: false, name: `lease of lock '${key}'` })
  }

  #expire(): void {
    // First: a timer may come early, and who hears of the loss must not extend what another gets.
    this.#end()
    this.#lost.abort(leaseLostError(this.key))
  }

  #end(): void {
    if (!this.#held) return
    this.#held = false
    this.#timer?.cancel()
    this.#parts.onEnd()
  }
}
