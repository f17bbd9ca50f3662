import type { Clock, Timer } from '@base/core/clock'
import type { Duration } from '@base/core/duration'
import { checkTtl, type Lease, leaseLostError } from '@base/core/lock'
import type { LeaseTable } from './lease-table.js'

/** What a lease is made of. */
interface Parts {
  readonly key: string
  readonly token: bigint
  readonly ttl: number
  /** When it was asked for, by the monotonic clock: before the database began to count. */
  readonly askedAt: number
  readonly clock: Clock
  readonly table: LeaseTable
  /** Called once, when it is given back or lost. */
  readonly onEnd: () => void
}

/** A lease in the table: held until it is released, or its time is over by the clock of this process. */
export class TableLease implements Lease {
  readonly key: string
  readonly token: bigint
  readonly #parts: Parts
  readonly #lost = new AbortController()
  #isHeld = true
  #deadline = 0
  #timer: Timer | undefined

  constructor(parts: Parts) {
    this.key = parts.key
    this.token = parts.token
    this.#parts = parts
    this.#last(parts.askedAt, parts.ttl)
  }

  get signal(): AbortSignal {
    return this.#lost.signal
  }

  async extend(ttl: Duration = this.#parts.ttl): Promise<void> {
    const { clock, table } = this.#parts
    const lasting = checkTtl(ttl)
    this.#expireIfDue()
    const askedAt = clock.monotonic()
    const isExtended = this.#isHeld && (await table.extend(this.key, this.token, lasting))
    if (!isExtended) {
      this.#lose()
      throw leaseLostError(this.key)
    }
    // It may have been given back meanwhile.
    if (this.#isHeld) this.#last(askedAt, lasting)
  }

  async release(): Promise<{ readonly released: boolean }> {
    this.#expireIfDue()
    if (!this.#isHeld) return { released: false }
    this.#isHeld = false
    this.#timer?.cancel()
    const released = await this.#parts.table.end(this.key, this.token).catch(() => false)
    this.#parts.onEnd()
    return { released }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  /** Counted from before the question, so that this process gives up first. */
  #last(askedAt: number, ttl: number): void {
    const { clock, key } = this.#parts
    this.#timer?.cancel()
    this.#deadline = askedAt + ttl
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
    this.#isHeld = false
    this.#timer?.cancel()
    this.#lost.abort(leaseLostError(this.key))
    this.#parts.onEnd()
  }
}
