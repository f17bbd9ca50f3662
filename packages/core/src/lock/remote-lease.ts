import { untilAborted } from '../abort/until-aborted.js'
import type { Clock, Timer } from '../clock/clock.js'
import type { Duration } from '../duration/duration.js'
import { leaseLostError } from './errors.js'
import type { Lease } from './lock.js'
import { checkTtl } from './lock-options.js'

/** By how much a process gives a lease up earlier than the server: two clocks do not run alike. */
const DRIFT = 0.01
const LEAST_MARGIN = 2

/** What a {@link remoteLease} is made of. Times are milliseconds; points in time are those of the monotonic clock. */
export interface RemoteLeaseParts {
  /** What is locked. */
  readonly key: string
  /** The fencing token: higher than that of every earlier lease of this key. */
  readonly token: bigint
  /** How long it was taken for; also of extensions that name nothing else. */
  readonly ttl: number
  /** When it was asked for: before the server began to count. */
  readonly askedAt: number
  /** Source of time. */
  readonly clock: Clock
  /**
   * Asks the server to let it last for `ttl` from now; an answer that takes longer than `left` comes too late. Resolves with
   * when that was asked, or `undefined` where it is not held any more; rejects where nobody knows.
   */
  readonly extend: (ttl: number, left: number) => Promise<number | undefined>
  /** Gives it back on the server, unless another has it; whether it was still held. Waited for until the server ends it. */
  readonly release: () => Promise<boolean>
  /** Called once, when another may get it: it is given back, or over by the server's count as well. */
  readonly onEnd: () => void
}

/**
 * A lease that a server counts, for who implements {@link Lock}: held until it is given back, the server says that it is
 * another's, or nobody can vouch for it, which is 1 % of its `ttl` and 2 ms before the server ends it.
 *
 * Extensions go one after the other, but one without an answer holds up the next for no more than a third of the time that
 * is left. A server may take such two in any order, so the lease lasts for the shorter time of both, as it does from one on
 * that fails: the server may take it later. What the server may still have when the lease is lost here is given back: by a
 * late answer to an extension, and by `release`. That waits for the server's answer until the server has ended the lease, and
 * then gives `released: false`.
 * Its end is watched from the first look at `signal` on.
 *
 * @example
 * const lease = remoteLease({
 *   ...{ key, token, ttl, askedAt, clock },
 *   extend: async (ttl) => {
 *     const at = clock.monotonic()
 *     return (await table.extend(key, token, ttl)) ? at : undefined
 *   },
 *   release: () => table.delete(key, token),
 *   onEnd: () => wakeNext(key),
 * })
 */
export function remoteLease(parts: RemoteLeaseParts): Lease {
  return new RemoteLease(parts)
}

/** Until when a lease may be trusted that was asked for then, for so long, in milliseconds of the monotonic clock. */
export function trustedUntil(askedAt: number, ttl: number): number {
  return askedAt + ttl - ttl * DRIFT - LEAST_MARGIN
}

class RemoteLease implements Lease {
  readonly key: string
  readonly token: bigint
  readonly #parts: RemoteLeaseParts
  /** Made where somebody looks: most leases are given back unseen. */
  #lost: AbortController | undefined
  /** Aborts when it is lost and when it is given back; made for extensions. */
  #ended: AbortController | undefined
  #isHeld = true
  #isLost = false
  /** Whether another may get it. */
  #isOver = false
  /** Whether it is lost by our count alone, so that the server may still have it. */
  #lingers = false
  /** Until when it may be trusted, and until when the server has it, as far as is known. */
  #deadline: number
  #serverEnd: number
  #timer: Timer | undefined
  /** When the next extension may be asked for. */
  #turn: Promise<void> = Promise.resolve()
  /** Extensions that the server may still take; the shortest time asked for, and the latest end, since there was none. */
  #open = 0
  #shortest = 0
  #latestEnd = 0

  constructor(parts: RemoteLeaseParts) {
    this.key = parts.key
    this.token = parts.token
    this.#parts = parts
    this.#deadline = trustedUntil(parts.askedAt, parts.ttl)
    this.#serverEnd = parts.askedAt + parts.ttl
  }

  /** Whoever looks after a stall of the event loop sees the truth, though the timer has not fired yet. */
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
    this.#expireIfDue()
    if (!this.#isHeld) throw leaseLostError(this.key)
    if (this.#ended === undefined) {
      this.#ended = new AbortController()
      this.#watch()
    }
    // One after the other, and one that hangs holds nobody up beyond the lease.
    const { signal } = this.#ended
    const turn = untilAborted(this.#turn, signal)
    const extending = turn.then(() => this.#extend(lasting))
    const extended = untilAborted(extending, signal)
    this.#turn = turn.then(
      () => this.#patience(extended),
      () => {},
    )
    return extended
  }

  async release(): Promise<{ readonly released: boolean }> {
    this.#expireIfDue()
    if (!this.#isHeld) {
      // Nobody waits for a server that may be away.
      if (this.#lingers) void this.#giveBack()
      return { released: false }
    }
    this.#end()
    return { released: await this.#giveBack(true) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  async #extend(ttl: number): Promise<void> {
    const { clock } = this.#parts
    this.#expireIfDue()
    if (!this.#isHeld) throw leaseLostError(this.key)
    // A shorter lease counts although its answer may be lost.
    const now = clock.monotonic()
    this.#last(Math.min(this.#deadline, trustedUntil(now, ttl)), Math.max(this.#serverEnd, now + ttl))
    // The last one that the server takes counts, in whatever order; one that fails it may take as well.
    const isAlone = this.#open++ === 0
    this.#shortest = isAlone ? ttl : Math.min(this.#shortest, ttl)
    this.#latestEnd = isAlone ? now + ttl : Math.max(this.#latestEnd, now + ttl)
    const askedAt = await this.#askFor(ttl)
    this.#open--
    if (askedAt === undefined) this.#lose(true)
    else if (this.#isHeld) {
      // Another one may have counted for longer by now.
      const trusted = Math.max(this.#deadline, trustedUntil(askedAt, this.#shortest))
      this.#latestEnd = Math.max(this.#latestEnd, askedAt + ttl)
      this.#last(trusted, this.#latestEnd)
    }
    this.#expireIfDue()
    if (this.#isHeld) return
    // Lost, and extended since, perhaps: the next holder shall not wait for that.
    if (this.#isLost && askedAt !== undefined) void this.#giveBack()
    throw leaseLostError(this.key)
  }

  /** When it was extended; `NaN` where nobody knows whether a lease was that is not held any more. */
  async #askFor(ttl: number): Promise<number | undefined> {
    const { clock, extend } = this.#parts
    const left = Math.max(1, Math.ceil(this.#deadline - clock.monotonic()))
    try {
      return await extend(ttl, left)
    } catch (error) {
      this.#expireIfDue()
      if (this.#isHeld) throw error
      return Number.NaN
    }
  }

  /** Ends with the answer, or after a third of the time that is left. */
  #patience(answer: Promise<unknown>): Promise<void> {
    const now = this.#parts.clock.monotonic()
    return new Promise((resolve) => {
      const timer = this.#schedule(now + (this.#deadline - now) / 3, resolve)
      const end = () => {
        timer.cancel()
        resolve()
      }
      answer.then(end, end)
    })
  }

  /** Never rejects, whatever the server does, nor goes on when that has ended the lease. */
  async #giveBack(isAwaited?: boolean): Promise<boolean> {
    this.#lingers = false
    const ended = new Promise<boolean>((resolve) => {
      this.#wake(Math.ceil(this.#serverEnd), () => resolve(false), isAwaited)
    })
    try {
      return await Promise.race([this.#parts.release(), ended])
    } catch {
      return false
    } finally {
      this.#over()
    }
  }

  #last(deadline: number, serverEnd: number): void {
    this.#deadline = deadline
    this.#serverEnd = serverEnd
    this.#watch()
  }

  /** Loses it in time, where somebody has the signal or waits for an extension. */
  #watch(): void {
    if (this.#isHeld && (this.#lost ?? this.#ended)) this.#wake(this.#deadline, () => this.#lose())
  }

  #wake(at: number, fn: () => void, isAwaited?: boolean): void {
    this.#timer?.cancel()
    this.#timer = this.#schedule(at, fn, isAwaited)
  }

  /** Idle unless somebody waits: a process with nothing else to do need not wait for a lease to end. */
  #schedule(at: number, fn: () => void, ref = false): Timer {
    const { clock, key } = this.#parts
    const left = Math.max(0, Math.floor(at - clock.monotonic()))
    return clock.schedule(left, fn, { ref, name: `lease of lock '${key}'` })
  }

  /** A busy event loop fires timers late. */
  #expireIfDue(): void {
    if (this.#parts.clock.monotonic() >= this.#deadline) this.#lose()
  }

  /** Lost by our count, or where the server says so. */
  #lose(isRefused = false): void {
    if (!this.#isHeld) return
    this.#isLost = true
    this.#end()
    const lingers = !isRefused && this.#parts.clock.monotonic() < this.#serverEnd
    this.#lingers = lingers
    if (lingers) this.#wake(Math.ceil(this.#serverEnd), () => this.#over())
    // Who hears it may give back what lingers; told before others are called, for what calls them may fail.
    this.#lost?.abort(leaseLostError(this.key))
    if (!lingers) this.#over()
  }

  #over(): void {
    this.#timer?.cancel()
    this.#lingers = false
    if (this.#isOver) return
    this.#isOver = true
    this.#parts.onEnd()
  }

  #end(): void {
    this.#isHeld = false
    this.#ended?.abort(leaseLostError(this.key))
  }
}
