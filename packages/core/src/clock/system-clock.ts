import { type Duration, toMilliseconds } from '../duration/duration.js'
import { checkFunction } from '../options/options.js'
import type { Clock, ScheduleOptions, SleepOptions, Timer } from './clock.js'
import { sleep } from './sleep.js'
import { systemTime } from './system-time.js'

/** The longest delay that `setTimeout` takes; it fires at once for a longer one. */
const LONGEST = 2 ** 31 - 1

/**
 * The system's time. Its timers are those of the platform: one may come up to a millisecond early by `monotonic`, and late
 * where the event loop is busy.
 *
 * @example
 * await systemClock.sleep('250ms')
 * const timer = systemClock.schedule('7d', () => console.log('a week later'), { ref: false })
 * timer.cancel()
 */
export const systemClock: Clock = {
  ...systemTime,
  sleep: (duration: Duration, options?: SleepOptions) => sleep(systemClock, duration, options),
  schedule: (duration: Duration, fn: () => void, options?: ScheduleOptions) => {
    const delay = toMilliseconds(duration, { pattern: 'Clock.schedule', infinity: true })
    // Here, for a long wait would find out days later.
    checkFunction(fn, { package: '@base/core', pattern: 'Clock.schedule', option: 'fn' })
    return new SystemTimer(delay, fn, options)
  },
}

/** A browser's is a number, which keeps nothing alive. */
type Handle = ReturnType<typeof setTimeout>

class SystemTimer implements Timer {
  #keepsAlive: boolean
  #handle: Handle | undefined

  constructor(delay: number, fn: () => void, options: ScheduleOptions | undefined) {
    this.#keepsAlive = options?.ref !== false
    if (delay <= LONGEST) this.#set(delay, fn)
    else this.#waitUntil(performance.now() + delay, fn)
  }

  cancel(): void {
    clearTimeout(this.#handle)
  }

  ref(): void {
    this.#keepsAlive = true
    this.#handle?.ref?.()
  }

  unref(): void {
    this.#keepsAlive = false
    this.#handle?.unref?.()
  }

  /** In pieces that `setTimeout` can take, towards a deadline, so that their errors do not add up. */
  #waitUntil(deadline: number, fn: () => void): void {
    const left = deadline - performance.now()
    if (left <= 0) fn()
    else this.#set(Math.min(left, LONGEST), () => this.#waitUntil(deadline, fn))
  }

  #set(delay: number, fn: () => void): void {
    this.#handle = setTimeout(fn, delay)
    if (!this.#keepsAlive) this.#handle.unref?.()
  }
}
