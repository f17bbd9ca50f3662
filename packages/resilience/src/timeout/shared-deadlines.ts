import type { Clock, Timer } from '@base/core/clock'
import type { Deadlined, Deadlines } from './deadlines.js'
import { presentOrigin } from './origin.js'

/**
 * What expires after one and the same duration, with one timer: in order of arrival, which is the order of the deadlines. So one timer,
 * for the first, does for all, and adding and removing are a few assignments. The timer stays when all are gone, and
 * keeps the process alive only while there are any.
 */
export class SharedDeadlines implements Deadlines {
  readonly #clock: Clock
  readonly #duration: number
  readonly #onIdle: () => void
  #first: Deadlined | undefined
  #last: Deadlined | undefined
  #timer: Timer | undefined
  /** When the timer fires, and what it was armed with. */
  #due = 0
  #setTimeout: unknown

  constructor(clock: Clock, duration: number, onIdle: () => void) {
    this.#clock = clock
    this.#duration = duration
    this.#onIdle = onIdle
  }

  add(entry: Deadlined): void {
    const now = this.#clock.monotonic()
    entry.deadline = now + this.#duration
    entry.origin = presentOrigin()
    const last = this.#last
    this.#last = entry
    if (last === undefined) {
      this.#first = entry
      if (this.#timer === undefined) this.#arm(this.#duration, now)
      else if (this.#due <= now || this.#setTimeout !== globalThis.setTimeout) this.#rearm(now)
      else this.#timer.ref()
    } else {
      last.later = entry
      entry.earlier = last
    }
  }

  remove(entry: Deadlined): void {
    const { earlier, later } = entry
    if (earlier !== undefined) earlier.later = later
    else if (this.#first === entry) this.#first = later
    else return
    if (later !== undefined) later.earlier = earlier
    else this.#last = earlier
    entry.earlier = undefined
    entry.later = undefined
    if (this.#first === undefined) this.#timer?.unref()
  }

  /** It may be one of fake timers that are gone, and would never fire. */
  #rearm(now: number): void {
    this.#timer?.cancel()
    this.#arm(this.#duration, now)
  }

  #arm(duration: number, now: number): void {
    this.#due = now + duration
    this.#setTimeout = globalThis.setTimeout
    this.#timer = this.#clock.schedule(duration, this.#expire, { name: 'timeout' })
  }

  readonly #expire = (): void => {
    this.#timer = undefined
    const now = this.#clock.monotonic()
    let first = this.#first
    while (first !== undefined && first.deadline <= now) {
      this.remove(first)
      expire(first)
      first = this.#first
    }
    // An expiry may have added one, and armed the timer with it.
    if (this.#timer !== undefined) return
    if (first === undefined) this.#onIdle()
    else this.#arm(Math.max(1, Math.ceil(first.deadline - now)), now)
  }
}

function expire(entry: Deadlined): void {
  const { origin } = entry
  if (origin === undefined) entry.expire()
  else origin.runInAsyncScope(entry.expire, entry)
}
