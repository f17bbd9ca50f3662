import type { Clock } from './clock.js'

/** What the system's clock says, without its timers: for blocks that only look at it. */
export const systemTime: Pick<Clock, 'now' | 'monotonic'> = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
}
