import { untilAborted } from '@base/core/abort'
import { TransactionAbortedError } from '@base/domain/unit-of-work'

const TAKEN_BACK =
  'A part has failed, and was taken back with what the unit did while it ran: await the part first.'

/** A place in a transaction: the whole, a nested unit or a part. What is begun in it at once comes one after the other. */
export class Place {
  /** The place, of any transaction, that it was begun in, or one around that which has not ended. */
  readonly around: Place | undefined
  /** Those around it that sent a statement while it was open: what takes it back takes that back. */
  readonly beside: Set<Place> = new Set()
  #last: Promise<unknown> | undefined
  #isTakenBack = false
  #isUndone = false
  #hasEnded = false

  constructor(around: Place | undefined) {
    let open = around
    // What goes on from part to part would hold all that there ever were.
    while (open?.hasEnded === true) open = open.around
    this.around = open
  }

  /** Whether what was done in it has ended. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Notes that. */
  end(): void {
    this.#hasEnded = true
  }

  /** Runs what is begun in it in its turn; the signal ends the wait. */
  take<R>(fn: () => Promise<R>, signal?: AbortSignal): Promise<R> {
    const before = this.#last ?? Promise.resolve()
    const turn = untilAborted(before, signal).then(fn)
    const last = Promise.allSettled([before, turn]).then(() => {
      if (this.#last === last) this.#last = undefined
    })
    this.#last = last
    return turn
  }

  /** Resolves once nothing that was begun in it runs; never rejects. */
  async settled(): Promise<void> {
    while (this.#last !== undefined) await this.#last
  }

  /** Whether it was taken back itself. */
  get isUndone(): boolean {
    return this.#isUndone
  }

  /** Notes that it is taken back, and so what others did beside it. */
  undo(): void {
    this.#isUndone = true
    for (const one of this.beside) one.takeBack()
  }

  /** Notes that something which it did was taken back. */
  takeBack(): void {
    this.#isTakenBack = true
  }

  /** Refuses to go on where something which it did was taken back. @throws TransactionAbortedError */
  ensureSound(): void {
    if (this.#isTakenBack) throw new TransactionAbortedError(new Error(TAKEN_BACK))
  }
}
