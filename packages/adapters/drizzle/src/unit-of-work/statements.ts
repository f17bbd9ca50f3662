import { isAppError } from '@base/core/errors'
import { TransactionAbortedError, TransactionClosedError } from '@base/domain/unit-of-work'
import { toFailure } from '../failures/failures.js'
import { sqlStateOf } from '../failures/postgres-error.js'

/** PostgreSQL's in_failed_sql_transaction. */
const ABORTED = '25P02'

/** The statements of one transaction: one after the other, and none after its end. */
export class TransactionStatements {
  #isOpen = true
  #running = false
  #failure: unknown
  #isAborted = false
  /** How many have not ended, that which runs included, and the end of the last of them. */
  #waiting = 0
  #last: Promise<void> = Promise.resolve()

  /** Whether statements are taken. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Whether one has been sent and has not been answered. */
  get isRunning(): boolean {
    return this.#running
  }

  /** What the last statement that the database refused was refused with. */
  get failure(): unknown {
    return this.#failure
  }

  /** Refuses to go on where a statement has failed and none has succeeded since. @throws TransactionAbortedError */
  ensureSound(): void {
    if (this.#isAborted) throw new TransactionAbortedError(this.#failure)
  }

  /** Takes no more; those that wait for their turn are refused. */
  close(): void {
    this.#isOpen = false
  }

  /** Resolves once no statement runs; never rejects. */
  async settled(): Promise<void> {
    await this.#last
  }

  /** Runs a statement in its turn, for a connection has one at a time; it fails with an error of ours. */
  run<R>(statement: () => PromiseLike<R>): Promise<R> {
    if (!this.#isOpen) return Promise.reject(new TransactionClosedError())
    // Mostly nothing runs, and nobody has to wait.
    const before = this.#waiting === 0 ? undefined : this.#last
    let ended = (): void => {}
    this.#waiting++
    this.#last = new Promise((resolve) => {
      ended = resolve
    })
    return this.#run(statement, before, ended)
  }

  /** Tells of its end by itself: the stack of an error leads through a promise to who waits for it, if that is one alone. */
  async #run<R>(
    statement: () => PromiseLike<R>,
    before: Promise<void> | undefined,
    ended: () => void,
  ): Promise<R> {
    try {
      if (before !== undefined) await before
      if (!this.#isOpen) throw new TransactionClosedError()
      this.#running = true
      const result = await statement()
      this.#isAborted = false
      return result
    } catch (error) {
      throw this.#toFailure(error)
    } finally {
      this.#running = false
      this.#waiting--
      ended()
    }
  }

  /** After a statement that failed, PostgreSQL refuses all others: what they are told is what it was. */
  #toFailure(error: unknown): unknown {
    const [failure, state] = [toFailure(error), sqlStateOf(error)]
    if (state === undefined && !isUnanswered(failure)) return failure
    this.#isAborted = true
    if (state === ABORTED && this.#failure !== undefined) return new TransactionAbortedError(this.#failure)
    this.#failure = failure
    return failure
  }
}

/** Whether it was sent, and nobody knows what became of it. */
export function isUnanswered(failure: unknown): boolean {
  return isAppError(failure, 'UNAVAILABLE') || isAppError(failure, 'TIMEOUT')
}
