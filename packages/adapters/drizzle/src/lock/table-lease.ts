import { untilAborted } from '@base/core/abort'
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
  /** Aborts when it is lost, and when it is given back. */
  readonly #ended = new AbortController()
  #isHeld = true
  #deadline = 0
  #timer: Timer | undefined
  #extending: Promise<unknown> = Promise.resolve()

  constructor(parts: Parts) {
    this.key = parts.key
    this.token = parts.token
    this.#parts = parts
    this.#lastUntil(parts.askedAt + parts.ttl)
  }

  get signal(): AbortSignal {
    return this.#lost.signal
  }

  async extend(ttl: Duration = this.#parts.ttl): Promise<void> {
    const lasting = checkTtl(ttl)
    this.#expireIfDue()
    // One after the other, or a late answer would undo a later, shorter one. One that hangs holds none up beyond the lease.
    const extended = untilAborted(this.#extending, this.#ended.signal).then(() => this.#extend(lasting))
    this.#extending = extended.catch(() => {})
    return extended
  }

  async release(): Promise<{ readonly released: boolean }> {
    this.#expireIfDue()
    if (!this.#isHeld) return { released: false }
    this.#end()
    const released = await this.#parts.table.end(this.key, this.token).catch(() => false)
    this.#parts.onEnd()
    return { released }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  async #extend(ttl: number): Promise<void> {
    const { clock, table } = this.#parts
    this.#expireIfDue()
    if (!this.#isHeld) throw leaseLostError(this.key)
    // Counted from before the question, so that this process gives up first.
    const deadline = clock.monotonic() + ttl
    // A shorter lease counts although its answer may be lost.
    this.#lastUntil(Math.min(this.#deadline, deadline))
    const isExtended = await table.extend(this.key, this.token, ttl).catch((error: unknown) => {
      this.#expireIfDue()
      if (this.#isHeld) throw error
      return true
    })
    if (!isExtended) this.#lose()
    else if (this.#isHeld) this.#lastUntil(deadline)
    this.#expireIfDue()
    if (this.#isHeld) return
    // Lost, and extended since, perhaps: the next holder shall not wait for that.
    if (isExtended && this.signal.aborted) await table.end(this.key, this.token).catch(() => {})
    throw leaseLostError(this.key)
  }

  #lastUntil(deadline: number): void {
    const { clock, key } = this.#parts
    this.#timer?.cancel()
    this.#deadline = deadline
    const left = Math.max(0, Math.floor(deadline - clock.monotonic()))
    // Idle: a process with nothing else to do need not wait for a lease to end.
    this.#timer = clock.schedule(left, () => this.#lose(), { ref: false, name: `lease of lock '${key}'` })
  }

  /** A busy event loop fires timers late. */
  #expireIfDue(): void {
    if (this.#parts.clock.monotonic() >= this.#deadline) this.#lose()
  }

  #lose(): void {
    if (!this.#isHeld) return
    this.#end()
    this.#lost.abort(leaseLostError(this.key))
    this.#parts.onEnd()
  }

  #end(): void {
    this.#isHeld = false
    this.#timer?.cancel()
    this.#ended.abort(leaseLostError(this.key))
  }
}
