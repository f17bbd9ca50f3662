import type { Clock } from '@base/core/clock'
import type { CallContext, Wait } from '../policy/call-context.js'
import { listen } from '../policy/listen.js'
import type { Deadlined, Deadlines } from '../timeout/deadlines.js'
import type { Line, Place } from './line.js'

/** What a waiter needs of its bulkhead. */
export interface WaitingRoom {
  readonly line: Line<Waiter>
  readonly clock: Clock
  /** When the line moved last, on the monotonic clock; Infinity where it moves by time alone. */
  readonly movedAt: number
  /** Of the longest wait. */
  readonly deadlines: Deadlines
  /** The error of a wait that was too long. */
  waitedTooLong(): unknown
}

/**
 * A call that waits for a slot: its place in the line, and its deadline, in one object.
 *
 * A line that moves says nothing of the dependency; one that stands still says that those who run do not come back.
 */
export class Waiter<Room extends WaitingRoom = WaitingRoom> implements Place, Deadlined, Wait {
  readonly priority: number
  readonly arrival: number
  index = -1
  deadline = 0
  earlier: Deadlined | undefined = undefined
  later: Deadlined | undefined = undefined
  protected readonly room: Room
  readonly #ctx: CallContext
  readonly #since: number
  readonly #resolve: () => void
  readonly #reject: (reason: unknown) => void
  readonly #unlisten: () => void

  constructor(
    room: Room,
    ctx: CallContext,
    resolve: () => void,
    reject: (reason: unknown) => void,
    arrival: number,
  ) {
    this.priority = ctx.priority
    this.arrival = arrival
    this.room = room
    this.#ctx = ctx
    this.#since = room.clock.monotonic()
    this.#resolve = resolve
    this.#reject = reject
    room.line.add(this)
    room.deadlines.add(this)
    ctx.beginWait(this)
    this.#unlisten = listen(ctx, () => this.#turnBack())
  }

  get excused(): number {
    const { clock, movedAt } = this.room
    return Math.max(0, Math.min(clock.monotonic(), movedAt) - this.#since)
  }

  /** It has a slot, and leaves the line. */
  admit(): void {
    this.#leave()
    this.#resolve()
  }

  /** The wait is over. */
  expire(): void {
    this.#leave()
    this.#reject(this.room.waitedTooLong())
  }

  /** The call was given up. */
  #turnBack(): void {
    this.#leave()
    this.#reject(this.room.movedAt > this.#since ? this.#ctx.turnBack() : this.#ctx.reason)
  }

  #leave(): void {
    this.room.line.remove(this)
    this.room.deadlines.remove(this)
    this.#unlisten()
    this.#ctx.endWait()
  }
}
