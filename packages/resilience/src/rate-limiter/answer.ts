import type { Deadlined, Deadlines } from '../timeout/deadlines.js'
import type { Origin } from '../timeout/origin.js'

/** An answer that is waited for until its deadline. What comes later is ignored, also a rejection. */
export class Answer implements Deadlined {
  deadline = 0
  earlier: Deadlined | undefined = undefined
  later: Deadlined | undefined = undefined
  origin: Origin | undefined = undefined
  readonly #tooLate: () => void
  #expired = false

  constructor(
    answer: unknown,
    deadlines: Deadlines,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
    tooLate: () => void,
  ) {
    this.#tooLate = tooLate
    deadlines.add(this)
    const unlessLate =
      (settle: (outcome: unknown) => void) =>
      (outcome: unknown): void => {
        if (this.#expired) return
        deadlines.remove(this)
        settle(outcome)
      }
    Promise.resolve(answer).then(unlessLate(resolve), unlessLate(reject))
  }

  expire(): void {
    this.#expired = true
    this.#tooLate()
  }
}
