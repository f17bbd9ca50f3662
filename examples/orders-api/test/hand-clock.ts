import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'

/** A clock that is moved by hand. */
export interface HandClock extends Clock {
  /** Lets it be so much later; timers that are set do not notice. */
  pass(time: Duration): void
}

/** A clock that stands still until it is moved, with the system's timers, for sockets need real time. */
export function handClock(): HandClock {
  let [now, monotonic] = [systemClock.now(), systemClock.monotonic()]
  return {
    ...systemClock,
    now: () => now,
    monotonic: () => monotonic,
    pass: (time) => {
      now += toMilliseconds(time)
      monotonic += toMilliseconds(time)
    },
  }
}
