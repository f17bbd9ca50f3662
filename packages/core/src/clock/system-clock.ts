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
    return delay <= LONGEST ? new ShortTimer(delay, fn, options) : new LongTimer(delay, fn, options)
  },
}

type Handle = ReturnType<typeof setTimeout>

class ShortTimer implements Timer {
  readonly #handle: Handle

  constructor(delay: number, fn: () => void, options: ScheduleOptions | undefined) {
    this.#handle = setTimeout(fn, delay)
    if (options?.ref === false) unref(this.#handle)
  }

  cancel(): void {
    clearTimeout(this.#handle)
  }

  ref(): void {
    ref(this.#handle)
  }

  unref(): void {
    unref(this.#handle)
  }
}

/** Waits in pieces that `setTimeout` can take, towards a deadline, so that their errors do not add up. */
class LongTimer implements Timer {
  readonly #deadline: number
  readonly #fn: () => void
  #keepsAlive: boolean
  #handle: Handle | undefined

  constructor(delay: number, fn: () => void, options: ScheduleOptions | undefined) {
    this.#deadline = performance.now() + delay
    this.#fn = fn
    this.#keepsAlive = options?.ref !== false
    this.#waitOn()
  }

  cancel(): void {
    clearTimeout(this.#handle)
    this.#handle = undefined
  }

  ref(): void {
    this.#keepsAlive = true
    if (this.#handle !== undefined) ref(this.#handle)
  }

  unref(): void {
    this.#keepsAlive = false
    if (this.#handle !== undefined) unref(this.#handle)
  }

  readonly #waitOn = (): void => {
    const left = this.#deadline - performance.now()
    if (left <= 0) {
      this.#handle = undefined
      this.#fn()
      return
    }
    this.#handle = setTimeout(this.#waitOn, Math.min(left, LONGEST))
    if (!this.#keepsAlive) unref(this.#handle)
  }
}

// A browser's handle is a number, and keeps nothing alive.
function ref(handle: Handle): void {
  if (typeof handle === 'object') handle.ref?.()
}

function unref(handle: Handle): void {
  if (typeof handle === 'object') handle.unref?.()
}
