import type { Clock, Timer } from '@base/core/clock'
import { timersEndWithRequests } from '../timeout/request-timers.js'
import type { Outcomes, Tally, Verdict } from './window.js'

const STEPS = 10

/** Calls from `start` on, for a tenth of the window at most. */
interface Bucket extends Tally {
  readonly start: number
}

/**
 * The calls of the last `duration`, in buckets. A bucket starts with a call, so that one call, or a burst of them, is
 * forgotten exactly when its time is over.
 *
 * Successes, which are the many, do not read the clock: they go into the bucket that is open, and a timer that keeps
 * nothing alive shuts it after its tenth of the time. Failures read the clock, and forget by it: a late timer, or a
 * long silence, leaves nothing behind that is too old. Where the timer may never fire, successes read the clock, too.
 */
export class TimeWindow implements Outcomes {
  readonly #clock: Clock
  readonly #duration: number
  readonly #step: number
  readonly #isBad: Verdict
  readonly #shutsInTime = !timersEndWithRequests()
  #buckets: Bucket[] = []
  #open: Bucket | undefined
  #timer: Timer | undefined

  constructor(clock: Clock, duration: number, isBad: Verdict) {
    this.#clock = clock
    this.#duration = duration
    this.#step = Math.ceil(duration / STEPS)
    this.#isBad = isBad
  }

  count(failed: boolean, slow: boolean): boolean {
    const isGood = !failed && !slow
    if (isGood && this.#shutsInTime && this.#open !== undefined) {
      this.#open.calls++
      return false
    }
    const now = this.#clock.monotonic()
    const bucket = this.#present(now)
    bucket.calls++
    if (failed) bucket.failures++
    if (slow) bucket.slow++
    if (isGood) return false
    this.#forget(now)
    return this.#isBad(this.#sum())
  }

  end(): void {
    this.#shut()
  }

  #present(now: number): Bucket {
    if (this.#open !== undefined && now < this.#open.start + this.#step) return this.#open
    this.#shut()
    this.#forget(now)
    const bucket: Bucket = { start: now, calls: 0, failures: 0, slow: 0 }
    this.#buckets.push(bucket)
    this.#open = bucket
    this.#timer = this.#clock.schedule(this.#step, this.#shut, { ref: false, name: 'circuit breaker window' })
    return bucket
  }

  readonly #shut = (): void => {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#open = undefined
  }

  #forget(now: number): void {
    this.#buckets = this.#buckets.filter(({ start }) => start + this.#duration > now)
  }

  #sum(): Tally {
    const sum: Tally = { calls: 0, failures: 0, slow: 0 }
    for (const { calls, failures, slow } of this.#buckets) {
      sum.calls += calls
      sum.failures += failures
      sum.slow += slow
    }
    return sum
  }
}
