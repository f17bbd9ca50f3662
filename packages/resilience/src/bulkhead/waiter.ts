import type { CallContext } from '../policy/call-context.js'
import type { AbortListener } from '../policy/cancellation.js'
import type { Deadlined, Deadlines } from '../timeout/deadlines.js'
import type { Line, Place } from './line.js'

/** What a waiter needs of its bulkhead. */
export interface WaitingRoom {
  readonly line: Line<Waiter>
  /** The longest wait; `undefined` where there is none. */
  readonly deadlines: Deadlines | undefined
  /** The error of a wait that was too long. */
  waitedTooLong(): unknown
}

/** A call that waits for a slot: its place in the line, its deadline, and its ear for the abort, in one object. */
export class Waiter implements Place, Deadlined, AbortListener {
  readonly priority: number
  readonly arrival: number
  level: Place['level'] = undefined
  before: Place | undefined = undefined
  behind: Place | undefined = undefined
  deadline = 0
  earlier: Deadlined | undefined = undefined
  later: Deadlined | undefined = undefined
  readonly #room: WaitingRoom
  readonly #ctx: CallContext
  readonly #resolve: () => void
  readonly #reject: (reason: unknown) => void

  constructor(
    room: WaitingRoom,
    ctx: CallContext,
    resolve: () => void,
    reject: (reason: unknown) => void,
    arrival = 0,
  ) {
    this.priority = ctx.priority
    this.arrival = arrival
    this.#room = room
    this.#ctx = ctx
    this.#resolve = resolve
    this.#reject = reject
    room.line.add(this)
    room.deadlines?.add(this)
    ctx.listen(this)
  }

  /** It has a slot, and leaves the line. */
  admit(): void {
    this.#leave()
    this.#resolve()
  }

  /** The wait is over. */
  expire(): void {
    this.#leave()
    this.#reject(this.#room.waitedTooLong())
  }

  /** The call was given up. */
  handleEvent(): void {
    this.#leave()
    this.#reject(this.#ctx.turnBack())
  }

  #leave(): void {
    this.#room.line.remove(this)
    this.#room.deadlines?.remove(this)
    this.#ctx.unlisten(this)
  }
}
