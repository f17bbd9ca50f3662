import { type Clock, systemClock } from '@base/core/clock'
import { type Duration, toMilliseconds } from '@base/core/duration'

/** A clock that a test moves on, with the system's timers: sockets need real time. */
export interface MovedClock extends Clock {
  move(duration: Duration): void
}

export function movedClock(): MovedClock {
  let ahead = 0
  return {
    ...systemClock,
    now: () => systemClock.now() + ahead,
    monotonic: () => systemClock.monotonic() + ahead,
    move: (duration) => {
      ahead += toMilliseconds(duration)
    },
  }
}
