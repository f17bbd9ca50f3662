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
  /** When the timer fires. */
  #due = 0
  /** What it was armed with: nothing under fake timers, which may drop it at any time, so that each entry arms it anew. */
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
    const alone = this.#first === undefined
    this.#insert(entry)
    if (this.#timer === undefined) this.#arm(now)
    else if (this.#mayBeLost(now)) this.#rearm(now)
    else if (alone) this.#timer.ref()
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
    // Who is told of its end is told in a later turn, after an expiry.
    entry.origin?.emitDestroy()
    if (this.#first === undefined) this.#timer?.unref()
  }

  /** The last, but where the time was set back: that of fake timers is another than the real one. */
  #insert(entry: Deadlined): void {
    let earlier = this.#last
    let later: Deadlined | undefined
    while (earlier !== undefined && earlier.deadline > entry.deadline) {
      later = earlier
      earlier = earlier.earlier
    }
    entry.earlier = earlier
    entry.later = later
    if (earlier === undefined) this.#first = entry
    else earlier.later = entry
    if (later === undefined) this.#last = entry
    else later.earlier = entry
  }

  /** Whether the timer should have fired, would fire too late, or is one of fake timers, which may be gone. */
  #mayBeLost(now: number): boolean {
    return this.#due <= now || this.#due > now + this.#duration || this.#setTimeout !== globalThis.setTimeout
  }

  #rearm(now: number): void {
    // A real one fires once more than it has to: it may only be late, and fake timers cannot cancel it.
    if (this.#setTimeout === undefined) this.#timer?.cancel()
    else this.#timer?.unref()
    this.#arm(now)
  }

  #arm(now: number): void {
    const left = Math.ceil((this.#first?.deadline ?? now) - now)
    const delay = Math.min(this.#duration, Math.max(1, left))
    this.#due = now + delay
    this.#setTimeout = realSetTimeout()
    const timer = this.#clock.schedule(delay, () => this.#fire(timer), { name: 'timeout' })
    this.#timer = timer
  }

  #fire(timer: Timer): void {
    if (this.#timer === timer) this.#timer = undefined
    const now = this.#clock.monotonic()
    let first = this.#first
    while (first !== undefined && first.deadline <= now) {
      this.remove(first)
      expire(first)
      first = this.#first
    }
    // It is one that was replaced, or an expiry has added one, and armed the timer with it.
    if (this.#timer !== undefined) return
    if (first === undefined) this.#onIdle()
    else this.#arm(now)
  }
}

function realSetTimeout(): unknown {
  const { setTimeout } = globalThis as { setTimeout?: { clock?: unknown } }
  // The mark of @sinonjs/fake-timers, which those of Jest and vitest are.
  return setTimeout?.clock === undefined ? setTimeout : undefined
}

function expire(entry: Deadlined): void {
  const { origin } = entry
  if (origin === undefined) entry.expire()
  else origin.runInAsyncScope(entry.expire, entry)
}
