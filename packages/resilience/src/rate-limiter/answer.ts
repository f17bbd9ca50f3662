import type { Deadlined } from '../timeout/deadlines.js'
import type { Origin } from '../timeout/origin.js'

/** An answer that is waited for until its deadline. What comes later is ignored, also a rejection. */
export class Answer implements Deadlined {
  deadline = 0
  earlier: Deadlined | undefined = undefined
  later: Deadlined | undefined = undefined
  origin: Origin | undefined = undefined
  /** Rejects at the deadline. */
  readonly inTime: Promise<unknown>
  readonly expire: () => void

  constructor(answer: unknown, tooLate: () => unknown) {
    let reject!: (error: unknown) => void
    this.inTime = new Promise((resolve, rejected) => {
      reject = rejected
      Promise.resolve(answer).then(resolve, reject)
    })
    this.expire = () => reject(tooLate())
  }
}
