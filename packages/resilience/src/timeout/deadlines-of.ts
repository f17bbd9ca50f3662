import type { Clock } from '@base/core/clock'
import type { Deadlines } from './deadlines.js'
import { OwnDeadlines } from './own-deadlines.js'
import { timersEndWithRequests } from './request-timers.js'
import { SharedDeadlines } from './shared-deadlines.js'

const shared = /* @__PURE__ */ new WeakMap<Clock, Map<number, SharedDeadlines>>()

/** Of what lasts for ever. */
const NONE: Deadlines = { add() {}, remove() {} }

/** Those of one clock and duration, whoever asks: a timeout that is made for each request does not leave a timer each. */
export function deadlinesOf(clock: Clock, duration: number): Deadlines {
  if (duration === Number.POSITIVE_INFINITY) return NONE
  if (timersEndWithRequests()) return new OwnDeadlines(clock, duration)
  let byDuration = shared.get(clock)
  if (byDuration === undefined) {
    byDuration = new Map()
    shared.set(clock, byDuration)
  }
  let deadlines = byDuration.get(duration)
  if (deadlines === undefined) {
    const ofClock = byDuration
    deadlines = new SharedDeadlines(clock, duration, () => ofClock.delete(duration))
    byDuration.set(duration, deadlines)
  }
  return deadlines
}
