import { type Clock, systemClock, type Timer } from '@base/core/clock'
import { later } from './later.js'

/** A timer that comes so much too late says that the process was busy, in milliseconds. */
const LATE = 20
/** What was sent in the turn that lasted so long has left only now, and is waited for as long again, but no less and no more. */
const [LEAST_GRACE, MOST_GRACE] = [50, 1_000]

/** Somebody who waits for an answer. */
export interface Deadline {
  /** By the monotonic clock, once it is added. */
  at: number
  /** Whether it was put off, which happens once. */
  isPutOff: boolean
  /** Its neighbours among those who wait; itself where it is not one of them. */
  before: Deadline
  after: Deadline
  expire(): void
}

/**
 * The deadlines of all commands, with one timer for the first of them. Most commands are answered in a thousandth of their
 * time; a timer for each, made and cancelled, took a tenth of a round trip, and a set of them, which has to hash each, a part
 * that still showed.
 *
 * The timer keeps no process alive: the client does, which owes the answer. Once it fires, what has come in is read before
 * anybody is told: a process that was busy itself does not blame the server.
 */
export class Deadlines {
  readonly #clock: Pick<Clock, 'monotonic' | 'schedule'>
  /** The ends of all, linked to each other. */
  readonly #ends: Deadline = new Ends()
  #timer: Timer | undefined
  #due = Number.POSITIVE_INFINITY

  constructor(clock: Pick<Clock, 'monotonic' | 'schedule'>) {
    this.#clock = clock
  }

  add(timeout: number, deadline: Deadline): void {
    deadline.at = this.#clock.monotonic() + timeout
    const last = this.#ends.before
    deadline.before = last
    deadline.after = this.#ends
    last.after = deadline
    this.#ends.before = deadline
    if (deadline.at < this.#due) this.#wait(deadline.at)
  }

  delete(deadline: Deadline): void {
    deadline.before.after = deadline.after
    deadline.after.before = deadline.before
    deadline.before = deadline
    deadline.after = deadline
  }

  #wait(due: number): void {
    this.#timer?.cancel()
    this.#due = due
    const left = Math.max(0, Math.ceil(due - this.#clock.monotonic()))
    this.#timer = this.#clock.schedule(left, () => this.#lookSoon(), { ref: false })
  }

  /** At what is over by now: what comes to its end meanwhile has had nothing read for it since. */
  #lookSoon(): void {
    const now = this.#clock.monotonic()
    const late = now - this.#due
    if (late >= LATE) this.#putOff(now, Math.min(Math.max(LEAST_GRACE, late), MOST_GRACE))
    later(() => this.#look(now))
  }

  /** What is over by now, and nothing that begins later: that has left in time. */
  #putOff(now: number, grace: number): void {
    for (let deadline = this.#ends.after; deadline !== this.#ends; deadline = deadline.after) {
      if (deadline.at > now || deadline.isPutOff) continue
      deadline.isPutOff = true
      deadline.at = now + grace
    }
  }

  #look(now: number): void {
    let next = Number.POSITIVE_INFINITY
    this.#due = next
    const expired: Deadline[] = []
    for (let deadline = this.#ends.after; deadline !== this.#ends; deadline = deadline.after) {
      if (deadline.at > now) next = Math.min(next, deadline.at)
      else expired.push(deadline)
    }
    for (const deadline of expired) {
      // One that expired may have ended others.
      if (deadline.after === deadline) continue
      this.delete(deadline)
      deadline.expire()
    }
    if (next < this.#due) this.#wait(next)
  }
}

class Ends implements Deadline {
  readonly at = Number.POSITIVE_INFINITY
  readonly isPutOff = false
  before: Deadline = this
  after: Deadline = this

  expire(): void {}
}

/** Those of this process. */
export const deadlines: Deadlines = new Deadlines(systemClock)
