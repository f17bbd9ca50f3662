import type { Clock, Timer } from '@base/core/clock'
import { type Origin, presentOrigin } from './origin.js'

/** Something that expires unless it is removed in time. */
export interface Deadlined {
  deadline: number
  earlier: Deadlined | undefined
  later: Deadlined | undefined
  /** Where it was added: the timer is that of whoever was first, and it must not expire in another's context. */
  origin?: Origin | undefined
  expire(): void
}

/**
 * What expires after one and the same duration: in order of arrival, which is the order of the deadlines. So one timer,
 * for the first, does for all, and adding and removing are a few assignments. The timer stays when all are gone, and
 * keeps the process alive only while there are any.
 */
export class Deadlines {
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

  /** Nothing happens where it is not, or not any more, among them. */
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

const shared = /* @__PURE__ */ new WeakMap<Clock, Map<number, Deadlines>>()

/** Those of one clock and duration, whoever asks: a timeout that is made for each request does not leave a timer each. */
export function deadlinesOf(clock: Clock, duration: number): Deadlines {
  let byDuration = shared.get(clock)
  if (byDuration === undefined) {
    byDuration = new Map()
    shared.set(clock, byDuration)
  }
  let deadlines = byDuration.get(duration)
  if (deadlines === undefined) {
    const ofClock = byDuration
    deadlines = new Deadlines(clock, duration, () => ofClock.delete(duration))
    byDuration.set(duration, deadlines)
  }
  return deadlines
}
