import type { PGlite, Transaction } from '@electric-sql/pglite'

/** Thrown into PGlite's `transaction`, so that it rolls back. */
const ROLLBACK = new Error('The unit is rolled back.')

/** PGlite's `transaction`, which takes a function, held open until it is told how to end. */
export class HeldTransaction {
  /** What runs statements in it. */
  readonly tx: Transaction
  readonly #whole: Promise<void>
  readonly #end: (error?: Error) => void

  private constructor(tx: Transaction, whole: Promise<void>, end: (error?: Error) => void) {
    this.tx = tx
    this.#whole = whole
    this.#end = end
  }

  /** Waits for its turn, for a client has one transaction at a time; the signal ends the wait. */
  static open(transaction: PGlite['transaction'], signal: AbortSignal): Promise<HeldTransaction> {
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      const whole = transaction((tx) => {
        signal.removeEventListener('abort', abort)
        // Whoever waited has been told already: it ends as soon as it has begun.
        signal.throwIfAborted()
        return new Promise<void>((keep, undo) => {
          resolve(new HeldTransaction(tx, whole, (error) => (error === undefined ? keep() : undo(error))))
        })
      })
      whole.catch((error: unknown) => {
        signal.removeEventListener('abort', abort)
        reject(error)
      })
    })
  }

  /** Commits. */
  async keep(): Promise<void> {
    this.#end()
    await this.#whole
  }

  /** Rolls back. */
  async undo(): Promise<void> {
    this.#end(ROLLBACK)
    await this.#whole.catch((error: unknown) => {
      if (error !== ROLLBACK) throw error
    })
  }
}
