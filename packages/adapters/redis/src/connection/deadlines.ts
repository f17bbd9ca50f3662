import { systemClock, type Timer } from '@base/core/clock'

/** Somebody who waits for an answer. */
export interface Deadline {
  /** By the system's monotonic clock. */
  readonly at: number
  readonly expire: () => void
}

/**
 * The deadlines of all commands, with one timer for the first of them. Most commands are answered in a thousandth of their
 * time; a timer for each, made and cancelled, took a tenth of a round trip.
 *
 * The timer keeps no process alive: the client does, which owes the answer. Once it fires, what has come in is read before
 * anybody is told: a process that was busy itself does not blame the server.
 */
class Deadlines {
  readonly #all = new Set<Deadline>()
  #timer: Timer | undefined
  #due = Number.POSITIVE_INFINITY

  add(timeout: number, expire: () => void): Deadline {
    const deadline = { at: systemClock.monotonic() + timeout, expire }
    this.#all.add(deadline)
    if (deadline.at < this.#due) this.#wait(deadline.at)
    return deadline
  }

  delete(deadline: Deadline): void {
    this.#all.delete(deadline)
  }

  #wait(due: number): void {
    this.#timer?.cancel()
    this.#due = due
    const left = Math.max(0, Math.ceil(due - systemClock.monotonic()))
    this.#timer = systemClock.schedule(left, () => setImmediate(() => this.#look()), { ref: false })
  }

  #look(): void {
    const now = systemClock.monotonic()
    let next = Number.POSITIVE_INFINITY
    this.#due = next
    for (const deadline of this.#all) {
      if (deadline.at > now) next = Math.min(next, deadline.at)
      else {
        this.#all.delete(deadline)
        deadline.expire()
      }
    }
    if (next < this.#due) this.#wait(next)
  }
}

/** Those of this process. */
export const deadlines: Deadlines = new Deadlines()
