import { untilAborted } from '@base/core/abort'
import { TransactionAbortedError } from '@base/domain/unit-of-work'

const TAKEN_BACK =
  'A part has failed, and was taken back with what the unit did while it ran: await the part first.'

/** A place in a transaction: the whole, a nested unit or a part. What is begun in it at once comes one after the other. */
export class Place {
  /** The place, of any transaction, that it was begun in. */
  readonly around: Place | undefined
  /** Those around it that sent a statement while it was open: what takes it back takes that back. */
  readonly beside: Set<Place> = new Set()
  #last: Promise<unknown> | undefined
  #isTakenBack = false

  constructor(around: Place | undefined) {
    this.around = around
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

  /** Notes that something which it did was taken back. */
  takeBack(): void {
    this.#isTakenBack = true
  }

  /** Refuses to go on where something which it did was taken back. @throws TransactionAbortedError */
  ensureSound(): void {
    if (this.#isTakenBack) throw new TransactionAbortedError(new Error(TAKEN_BACK))
  }
}
